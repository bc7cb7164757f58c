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

use std::thread;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

pub(crate) use inspect::{depth, next_due, peek, purge};
pub(crate) use receive::receive;
pub(crate) use redrive::{Task, redrive, tasks};
pub(crate) use schema::{Stamps, open};
pub(crate) use send::send;
pub(crate) use settle::{Receipt, change_visibility, delete};
pub(crate) use work::{Work, now_ms};

use crate::Error;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// Where jobs for the database go. Dropping the last one ends its thread.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    jobs: mpsc::UnboundedSender<Job>,
}

impl Store {
    /// Starts the thread that owns `connection`.
    pub fn start(mut connection: Connection) -> Result<Self, Error> {
        let (jobs, mut queue) = mpsc::unbounded_channel::<Job>();
        thread::Builder::new()
            .name("sqs-store".into())
            .spawn(move || {
                while let Some(job) = queue.blocking_recv() {
                    job(&mut connection);
                }
            })
            .map_err(Error::Thread)?;
        Ok(Self { jobs })
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
        self.jobs.send(Box::new(job)).map_err(|_| Error::Stopped)?;
        answer.await.map_err(|_| Error::Stopped)?
    }
}
