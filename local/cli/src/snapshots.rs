//! Snapshots of the data folder: taken while the stack runs, and put in the data's place.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use local_event_sources::EventSources;
use local_snapshots::{Name, Snapshot};
use local_template::System;
use time::OffsetDateTime;
use tokio::sync::{mpsc, oneshot};

use crate::console::{self, told};
use crate::current::Current;
use crate::data_folder::DataFolder;
use crate::error::Error;
use crate::services::Kept;
use crate::stack::Stack;

/// How many requests wait for their turn; more wait before they are sent.
const QUEUE: usize = 16;

/// Where requests about snapshots go. They are done in turn, once the stack is ready, whether or not anyone still waits.
#[derive(Clone)]
pub struct Snapshots {
    kept: local_snapshots::Snapshots,
    jobs: mpsc::Sender<Job>,
}

type Reply<T> = oneshot::Sender<Result<T, Error>>;

enum Job {
    Take(Name, Reply<Snapshot>),
    Restore(Name, Reply<Name>),
    Delete(Name, Reply<()>),
}

/// What does the requests.
pub struct Worker<'a> {
    jobs: mpsc::Receiver<Job>,
    data: &'a DataFolder,
    system: &'a System,
}

/// The snapshots of a data folder.
pub fn of<'a>(data: &'a DataFolder, system: &'a System) -> (Snapshots, Worker<'a>) {
    let (sender, jobs) = mpsc::channel(QUEUE);
    (Snapshots { kept: data.snapshots().clone(), jobs: sender }, Worker { jobs, data, system })
}

impl Snapshots {
    /// All snapshots, the newest first.
    pub async fn list(&self) -> Result<Vec<Snapshot>, Error> {
        let kept = self.kept.clone();
        blocking(move || Ok(kept.list()?)).await
    }

    /// Takes a snapshot.
    pub async fn take(&self, name: Name) -> Result<Snapshot, Error> {
        self.done(|reply| Job::Take(name, reply)).await
    }

    /// Puts a snapshot in the data's place, and gives the name of the snapshot that what was there has become.
    pub async fn restore(&self, name: Name) -> Result<Name, Error> {
        self.done(|reply| Job::Restore(name, reply)).await
    }

    /// Deletes a snapshot.
    pub async fn delete(&self, name: Name) -> Result<(), Error> {
        self.done(|reply| Job::Delete(name, reply)).await
    }

    async fn done<T>(&self, job: impl FnOnce(Reply<T>) -> Job) -> Result<T, Error> {
        let (reply, done) = oneshot::channel();
        self.jobs.send(job(reply)).await.map_err(|_| Error::Stopping)?;
        done.await.map_err(|_| Error::Stopping)?
    }
}

impl Worker<'_> {
    /// Does what is asked until a restore fails in such a way that there is no stack any more, and says why. `start`
    /// starts a stack on the data folder as it is.
    pub async fn run(mut self, current: &Current, start: impl AsyncFn() -> Result<Arc<Stack>, Error>) -> Error {
        let kept = self.data.snapshots().clone();
        while let Some(job) = self.jobs.recv().await {
            // Whoever asked may not wait any more, which changes nothing.
            match job {
                Job::Take(name, reply) => drop(reply.send(self.take(current, name).await)),
                Job::Delete(name, reply) => {
                    let kept = kept.clone();
                    drop(reply.send(blocking(move || Ok(kept.delete(&name)?)).await));
                }
                Job::Restore(name, reply) => match self.restore(current, &name, &start).await {
                    Ok(outcome) => drop(reply.send(outcome)),
                    Err(fatal) => return fatal,
                },
            }
        }
        Error::Stopping
    }

    async fn take(&self, current: &Current, name: Name) -> Result<Snapshot, Error> {
        let stack = current.stack().ok_or(Error::Stopping)?;
        let draft = self.data.snapshots().begin(name)?;
        let marks = self.data.marks();
        let held = stack.hold().await?;
        let moment = OffsetDateTime::now_utc();
        blocking(move || {
            held.copy_to(&draft)?;
            marks.iter().try_for_each(|mark| draft.copy(mark))?;
            Ok(draft.keep(moment)?)
        })
        .await
    }

    /// Whether the services take this data.
    async fn try_out(&self, data: &Path) -> Result<(), Error> {
        Kept::open(self.system, data).await?.close().await;
        EventSources::check(&data.join("event-sources")).await?;
        Ok(())
    }

    /// Restores a snapshot. The inner error is of a restore that was not made: the stack runs as before, or again.
    async fn restore(
        &self,
        current: &Current,
        name: &Name,
        start: &impl AsyncFn() -> Result<Arc<Stack>, Error>,
    ) -> Result<Result<Name, Error>, Error> {
        let began = Instant::now();
        let kept = self.data.snapshots().clone();
        let prepared = {
            let (kept, name) = (kept.clone(), name.clone());
            blocking(move || Ok(kept.prepare(&name)?)).await
        };
        let prepared = match prepared {
            Ok(prepared) => prepared,
            Err(error) => return Ok(Err(error)),
        };
        // What the services refuse is refused while the stack still runs.
        if let Err(cause) = self.try_out(prepared.path()).await {
            return Ok(Err(unfit(name.clone(), cause)));
        }
        console::say(&format!("restoring the snapshot {name} …"));
        current.end().await;
        let before = prepared.before().clone();
        let (outcome, is_made) = {
            let before = before.clone();
            blocking(move || {
                let outcome = prepared.put_in_place();
                kept.recover()?;
                Ok((outcome, kept.has(&before)))
            })
            .await?
        };
        current.replace(start().await?);
        let took = told(began.elapsed());
        Ok(match outcome {
            Err(error) if !is_made => Err(error.into()),
            // Also one that failed half way: recovery brought it to its end.
            _ => {
                console::say(&format!("restored {name} in {took}; what was there is the snapshot {before}"));
                Ok(before)
            }
        })
    }
}

/// Why the services of now don't take a snapshot's data.
fn unfit(name: Name, cause: Error) -> Error {
    match cause {
        Error::DynamoDb(local_dynamodb::Error::Changed { table, what }) => Error::OtherTemplate { name, table, what },
        cause => Error::Unfit { name, cause: Box::new(cause) },
    }
}

/// Files block: off the async workers.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Error::Stopping)?
}
