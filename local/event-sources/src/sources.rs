//! All sources of a system: started, watched and stopped together.

mod drain;
mod trim;

use std::path::Path;
use std::sync::Arc;

use local_dynamodb::{DynamoDb, StreamReader};
use local_lambda::{Invocation, Invoke};
use local_sqs::Sqs;
use local_template::{EventSource, Function, StreamSource, System};
use tokio::sync::watch;
use tokio::task::JoinSet;

pub use self::drain::Failed;
use self::trim::{stream_keys, trim};
use crate::filter::FilterError;
use crate::position::Positions;
use crate::queue::Queue;
use crate::schedule::Schedule;
use crate::stream::{Progress, Stream};
use crate::{Backoff, Destination, Error};

/// What sources read from and deliver to.
#[derive(Clone)]
pub struct Services {
    /// Runs the functions.
    pub lambda: Arc<dyn Invoke>,
    /// Has the tables and their streams.
    pub dynamodb: DynamoDb,
    /// Has the queues.
    pub sqs: Sqs,
    /// Is told of discarded records.
    pub destination: Arc<dyn Destination>,
    /// The waits between tries.
    pub backoff: Backoff,
}

/// The running sources. Dropping it stops them too.
pub struct EventSources {
    streams: Vec<Watched>,
    queues: Vec<Queue>,
    schedules: Vec<Schedule>,
    tasks: JoinSet<()>,
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
    /// Records or messages it is not done with.
    pub behind: u64,
    /// How often in a row its batches have failed.
    pub failures: u32,
}

impl EventSources {
    /// Starts the sources of `system` that are enabled. Its tables are there; positions are kept in `folder`, which
    /// no other process uses. Whatever is wrong with a source is an error before any of them runs.
    pub async fn start(system: &System, services: Services, folder: &Path) -> Result<Self, Error> {
        let positions = Positions::open(folder)?;
        let mut streams = Vec::new();
        for (function, source) in stream_sources(system).filter(|(_, source)| source.enabled) {
            let reader = reader(system, &services.dynamodb, function, source)?;
            let mut stream = Stream::new(function, source, reader.clone(), &positions, &services)
                .map_err(|cause| filter_error(function, &source.id, cause))?;
            stream.restore().await?;
            let progress = stream.progress();
            let watched = Watched { function: function.name.clone(), source: source.id.clone(), reader, progress };
            streams.push((watched, stream));
        }
        let queues = queues(system, &services)?;
        let schedules = schedules(system, &services);

        let mut tasks = JoinSet::new();
        tasks.spawn(trim(stream_keys(system), positions, services.dynamodb));
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
        Ok(Self { streams: streams.into_iter().map(watch).collect(), queues, schedules, tasks })
    }

    /// How each stream and queue is doing.
    pub async fn status(&self) -> Result<Vec<Status>, Error> {
        let mut all = Vec::new();
        for Watched { function, source, reader, progress } in &self.streams {
            let Progress { passed, failures } = *progress.borrow();
            let behind = reader.count_after(passed).await?;
            all.push(Status { function: function.clone(), source: source.clone(), behind, failures });
        }
        for queue in &self.queues {
            let (function, source) = (queue.function().to_owned(), queue.source().to_owned());
            all.push(Status { function, source, behind: queue.messages().await?, failures: queue.failures() });
        }
        Ok(all)
    }

    /// Makes the calls that a function's schedules make, now (also those that are switched off), and gives the answer
    /// of the last. The function goes by its name.
    pub async fn run_schedule(&self, function: &str) -> Result<Invocation, Error> {
        let mut last = Err(Error::NoSchedule(function.to_owned()));
        for schedule in self.schedules.iter().filter(|schedule| schedule.function() == function) {
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

    /// Stops them where they are. A batch in hand is not passed and comes again at the next start.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}

impl Watched {
    fn ended(&self) -> Error {
        Error::Ended { function: self.function.clone(), source_id: self.source.clone() }
    }
}

fn stream_sources(system: &System) -> impl Iterator<Item = (&Function, &StreamSource)> {
    system.functions.values().flat_map(|function| {
        function.sources.iter().filter_map(move |source| match source {
            EventSource::Stream(source) => Some((function, source)),
            _ => None,
        })
    })
}

fn queues(system: &System, services: &Services) -> Result<Vec<Queue>, Error> {
    let mut queues = Vec::new();
    for function in system.functions.values() {
        for source in &function.sources {
            let EventSource::Queue(source) = source else { continue };
            if !source.enabled {
                continue;
            }
            let (name, source_id) = (function.name.clone(), source.id.clone());
            let Ok(queue) = services.sqs.queue(&source.queue) else {
                return Err(Error::NoQueue { function: name, source_id, queue: source.queue.clone() });
            };
            let (visibility, timeout) = (queue.visibility_timeout, function.timeout);
            if visibility < timeout {
                return Err(Error::ShortVisibility { function: name, source_id, visibility, timeout });
            }
            let queue = Queue::new(function, source, &system.region, visibility, services)
                .map_err(|cause| filter_error(function, &source.id, cause))?;
            queues.push(queue);
        }
    }
    Ok(queues)
}

fn schedules(system: &System, services: &Services) -> Vec<Schedule> {
    let of = |function: &Function| {
        let schedule = |source: &EventSource| match source {
            EventSource::Schedule(source) => {
                Some(Schedule::new(function, source, &system.region, services.lambda.clone()))
            }
            _ => None,
        };
        function.sources.iter().filter_map(schedule).collect::<Vec<_>>()
    };
    system.functions.values().flat_map(of).collect()
}

fn filter_error(function: &Function, source_id: &str, cause: FilterError) -> Error {
    Error::Filter { function: function.name.clone(), source_id: source_id.to_owned(), cause }
}

fn reader(
    system: &System,
    dynamodb: &DynamoDb,
    function: &Function,
    source: &StreamSource,
) -> Result<StreamReader, Error> {
    let table = system.tables.values().find(|table| table.name == source.table).ok_or_else(|| Error::NoTable {
        function: function.name.clone(),
        source_id: source.id.clone(),
        table: source.table.clone(),
    })?;
    Ok(dynamodb.stream(table)?)
}

#[cfg(test)]
mod kill;
#[cfg(test)]
mod tests;
