//! All sources of a system: started, watched and stopped together.

mod described;
mod drain;
mod trim;

use std::path::{Path, PathBuf};

use local_dynamodb::StreamReader;
use local_lambda::Invocation;
use local_template::System;
use tokio::sync::{Mutex, watch};
use tokio::task::JoinSet;

use self::trim::{stream_keys, trim};
use crate::position::{Positions, Progress};
use crate::queue::Queue;
use crate::schedule::Schedule;
use crate::stream::Stream;
use crate::{Error, Services};

/// The running sources. Dropping it stops them too.
pub struct EventSources {
    streams: Vec<Watched>,
    queues: Vec<Queue>,
    schedules: Vec<Schedule>,
    positions: Positions,
    tasks: Mutex<JoinSet<()>>,
}

struct Watched {
    function: String,
    source: String,
    reader: StreamReader,
    progress: watch::Receiver<Progress>,
}

/// How one source is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The function it feeds.
    pub function: String,
    /// The event's logical id in the function.
    pub source: String,
    /// The table whose stream it reads; `None` if it reads a queue.
    pub table: Option<String>,
    /// How many records or messages it still has to deliver.
    pub behind: u64,
    /// How often in a row its batches have failed.
    pub failures: u32,
}

/// The file of the positions.
fn file_in(folder: &Path) -> PathBuf {
    folder.join("event-sources.sqlite")
}

impl EventSources {
    /// Checks that positions kept in `folder`, which nobody uses, can be read.
    ///
    /// # Errors
    /// [`Error::Positions`]
    pub async fn check(folder: &Path) -> Result<(), Error> {
        let positions = Positions::open(&file_in(folder))?;
        positions.load("").await?;
        positions.close().await;
        Ok(())
    }

    /// Starts the sources of `system` that are enabled. Its tables exist already. Positions are kept in `folder`, which
    /// no other process uses. If one source is wrong, none is started.
    pub async fn start(system: &System, services: Services, folder: &Path) -> Result<Self, Error> {
        let file = file_in(folder);
        local_private_files::create_folder(folder)?;
        local_private_files::create_file(&file)?;
        let positions = Positions::open(&file)?;
        let mut streams = Vec::new();
        for (function, source) in described::streams(system).filter(|(_, source)| source.enabled) {
            let reader = described::reader(system, &services.dynamodb, function, source)?;
            let mut stream = Stream::new(function, source, reader.clone(), &positions, &services)
                .map_err(|cause| described::filter_error(function, &source.id, cause))?;
            stream.restore().await?;
            let progress = stream.progress();
            let watched = Watched { function: function.name.clone(), source: source.id.clone(), reader, progress };
            streams.push((watched, stream));
        }
        let queues = described::queues(system, &services)?;
        let schedules = described::schedules(system, &services);

        let mut tasks = JoinSet::new();
        tasks.spawn(trim(stream_keys(system), positions.clone(), services.dynamodb));
        for queue in &queues {
            tasks.spawn(queue.clone().run());
        }
        for schedule in schedules.iter().filter(|schedule| schedule.is_enabled()) {
            tasks.spawn(schedule.clone().run());
        }
        let watch = |(watched, stream): (Watched, Stream)| {
            tasks.spawn(stream.run());
            watched
        };
        let streams = streams.into_iter().map(watch).collect();
        Ok(Self { streams, queues, schedules, positions, tasks: Mutex::new(tasks) })
    }

    /// How each stream and queue is doing.
    pub async fn status(&self) -> Result<Vec<Status>, Error> {
        let mut all = Vec::new();
        for Watched { function, source, reader, progress } in &self.streams {
            let Progress { passed, failures } = *progress.borrow();
            let behind = reader.count_after(passed).await?;
            let table = Some(reader.table().to_owned());
            all.push(Status { function: function.clone(), source: source.clone(), table, behind, failures });
        }
        for queue in &self.queues {
            let (function, source) = (queue.function().to_owned(), queue.source().to_owned());
            let (behind, failures) = (queue.messages().await?, queue.failures());
            all.push(Status { function, source, table: None, behind, failures });
        }
        Ok(all)
    }

    /// Invokes a function (by name) once for each of its schedules, disabled ones too, or for the one of this logical id, and
    /// returns the last response.
    pub async fn run_schedule(&self, function: &str, id: Option<&str>) -> Result<Invocation, Error> {
        let mut last =
            Err(Error::NoSchedule(id.map_or_else(|| function.to_owned(), |id| format!("{function} ({id})"))));
        let is_meant =
            |schedule: &&Schedule| schedule.function() == function && id.is_none_or(|id| schedule.id() == id);
        for schedule in self.schedules.iter().filter(is_meant) {
            last = Ok(schedule.fire().await?);
        }
        last
    }

    /// The functions (by name) that read a queue (by ARN).
    pub fn readers<'a>(&'a self, queue: &'a str) -> impl Iterator<Item = &'a str> {
        self.queues.iter().filter(move |one| one.queue() == queue).map(Queue::function)
    }

    #[cfg(test)]
    pub(crate) fn activity(&self, function: &str) -> watch::Receiver<crate::activity::Level> {
        self.queues.iter().find(|queue| queue.function() == function).expect("a queue").activity().watch()
    }

    /// Holds all positions until what is given is dropped, and gives a view of their database as it is.
    ///
    /// # Errors
    /// [`Error::Snapshot`], or [`Error::Stopped`]
    pub async fn hold(&self) -> Result<local_snapshots::Held, Error> {
        self.positions.hold().await
    }

    /// Stops all sources at once, and closes the file with their positions. A batch under way comes again at the next start.
    pub async fn stop(&self) {
        self.tasks.lock().await.shutdown().await;
        self.positions.close().await;
    }
}

impl Watched {
    fn ended(&self) -> Error {
        Error::Ended { function: self.function.clone(), source_id: self.source.clone() }
    }
}

#[cfg(test)]
mod kill;
#[cfg(test)]
mod tests;
