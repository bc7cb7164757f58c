//! The messages on disk: one SQLite file, one thread that reads and writes it.
//!
//! The thread takes jobs in turn, each a transaction of its own, so that two receivers can never get one message and no
//! HTTP worker blocks on the disk. The journal is a write-ahead log with `synchronous = NORMAL`: what was committed
//! survives the end of the process however it ends (`kill -9`), though not the machine losing power.
//! SQLite: "Write-Ahead Logging" and "PRAGMA synchronous".

mod inspect;
mod receive;
mod redrive;
mod row;
mod schema;
mod send;
mod settle;
#[cfg(test)]
mod tests;
mod work;

use std::path::Path;
use std::thread;

use local_snapshots::Held;
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

pub(crate) use inspect::{depth, peek, purge};
pub(crate) use receive::receive;
pub(crate) use redrive::{Task, redrive, tasks};
pub(crate) use schema::{Stamps, open};
pub(crate) use send::send;
pub(crate) use settle::{Receipt, change_visibility, delete};
pub(crate) use work::{Work, now_ms};

use crate::Error;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// What the thread is asked for.
enum Request {
    Job(Job),
    /// To close the file and end.
    Close(oneshot::Sender<()>),
}

/// Where jobs for the database go. Dropping the last one ends its thread.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    requests: mpsc::UnboundedSender<Request>,
}

impl Store {
    /// Starts the thread that owns `connection`.
    pub fn start(mut connection: Connection) -> Result<Self, Error> {
        let (requests, mut queue) = mpsc::unbounded_channel();
        thread::Builder::new()
            .name("sqs-store".into())
            .spawn(move || {
                while let Some(request) = queue.blocking_recv() {
                    match request {
                        Request::Job(job) => job(&mut connection),
                        Request::Close(done) => {
                            drop(connection);
                            let _ = done.send(());
                            return;
                        }
                    }
                }
            })
            .map_err(Error::Thread)?;
        Ok(Self { requests })
    }

    /// Runs `job` in a transaction of its own and commits it, unless it fails.
    ///
    /// A caller that gives up before the job's turn came leaves nothing done; one that gives up later has it done.
    pub async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Work<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (reply, answer) = oneshot::channel();
        let job = move |connection: &mut Connection| {
            if !reply.is_closed() {
                // An answer nobody waits for any more needs no other handling: the job is done and kept.
                let _ = reply.send(Work::perform(connection, job));
            }
        };
        self.send(job)?;
        answer.await.map_err(|_| Error::Stopped)?
    }

    /// Holds the thread, with a view of the database as it is.
    pub async fn hold(&self) -> Result<Held, Error> {
        let (to, given) = oneshot::channel();
        self.send(move |connection: &mut Connection| {
            local_snapshots::give(Path::new(connection.path().unwrap_or_default()), to);
        })?;
        Ok(given.await.map_err(|_| Error::Stopped)??)
    }

    /// Ends the thread after the jobs that came before, and waits until the file is closed.
    pub async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.requests.send(Request::Close(done)).is_ok() {
            // The thread drops it where it has ended before.
            let _ = closed.await;
        }
    }

    /// Fails once the thread has ended, as a job would.
    pub fn check_open(&self) -> Result<(), Error> {
        if self.requests.is_closed() { Err(Error::Stopped) } else { Ok(()) }
    }

    fn send(&self, job: impl FnOnce(&mut Connection) + Send + 'static) -> Result<(), Error> {
        self.requests.send(Request::Job(Box::new(job))).map_err(|_| Error::Stopped)
    }
}
