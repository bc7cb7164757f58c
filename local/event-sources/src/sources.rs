//! All sources of a system: started, watched and stopped together.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use local_dynamodb::{DynamoDb, Sequence, StreamReader};
use local_lambda::Invoke;
use template::{EventSource, Function, StreamSource, System};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::filter::FilterError;
use crate::position::Positions;
use crate::stream::{Progress, Stream, key};
use crate::{Backoff, Destination};

/// What sources read from and deliver to.
#[derive(Clone)]
pub struct Services {
    /// Runs the functions.
    pub lambda: Arc<dyn Invoke>,
    /// Has the tables and their streams.
    pub dynamodb: DynamoDb,
    /// Is told of discarded records.
    pub destination: Arc<dyn Destination>,
    /// The waits between tries.
    pub backoff: Backoff,
}

/// Why the sources could not be started, or not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A filter is not understood.
    #[error("function {function}, event {source_id}: {cause}")]
    Filter {
        /// The function's name.
        function: String,
        /// The event's logical id.
        source_id: String,
        /// What is wrong with it.
        cause: FilterError,
    },
    /// A source reads a table that the template does not have.
    #[error("function {function}, event {source_id}: there is no table {table}")]
    NoTable {
        /// The function's name.
        function: String,
        /// The event's logical id.
        source_id: String,
        /// The table it names.
        table: String,
    },
    /// A source's task is gone, which only a panic brings about.
    #[error("function {function}, event {source_id}: its task has ended")]
    Ended {
        /// The function's name.
        function: String,
        /// The event's logical id.
        source_id: String,
    },
    /// The stream can't be read.
    #[error(transparent)]
    DynamoDb(#[from] local_dynamodb::Error),
    /// The file with the positions can't be used.
    #[error("positions of the event sources: {0}")]
    Positions(#[from] rusqlite::Error),
}

/// The running sources. Dropping it stops them too.
pub struct EventSources {
    streams: Vec<Watched>,
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
    /// Records it has not passed.
    pub behind: u64,
    /// How often in a row the batch in hand has failed.
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
            let mut stream = Stream::new(function, source, reader.clone(), &positions, &services).map_err(|cause| {
                Error::Filter { function: function.name.clone(), source_id: source.id.clone(), cause }
            })?;
            stream.restore().await?;
            let progress = stream.progress();
            let watched = Watched { function: function.name.clone(), source: source.id.clone(), reader, progress };
            streams.push((watched, stream));
        }
        let mut tasks = JoinSet::new();
        tasks.spawn(trim(stream_keys(system), positions, services.dynamodb));
        let watch = |(watched, stream): (Watched, Stream)| {
            tasks.spawn(stream.run());
            watched
        };
        Ok(Self { streams: streams.into_iter().map(watch).collect(), tasks })
    }

    /// How each source is doing.
    pub async fn status(&self) -> Result<Vec<Status>, Error> {
        let mut all = Vec::new();
        for Watched { function, source, reader, progress } in &self.streams {
            let Progress { passed, failures } = *progress.borrow();
            let behind = reader.count_after(passed).await?;
            all.push(Status { function: function.clone(), source: source.clone(), behind, failures });
        }
        Ok(all)
    }

    /// Returns when no source has anything left, all at the same moment: also not what functions wrote meanwhile.
    pub async fn drained(&self) -> Result<(), Error> {
        loop {
            let before = self.levels().await?;
            for (watched, (_, latest)) in self.streams.iter().zip(&before) {
                let mut progress = watched.progress.clone();
                if progress.wait_for(|progress| progress.passed >= *latest).await.is_err() {
                    return Err(watched.ended());
                }
            }
            // Neither number ever goes back. If a second look finds what the first found, it was so in between.
            let level = before.iter().all(|(passed, latest)| passed >= latest);
            if level && before == self.levels().await? {
                return Ok(());
            }
        }
    }

    /// The position of each source and of the end of its stream.
    async fn levels(&self) -> Result<Vec<(Sequence, Sequence)>, Error> {
        let mut levels = Vec::new();
        for watched in &self.streams {
            let passed = watched.progress.borrow().passed;
            levels.push((passed, watched.reader.latest().await?));
        }
        Ok(levels)
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

/// Names of the positions of all sources, those switched off too, by table.
fn stream_keys(system: &System) -> BTreeMap<String, Vec<String>> {
    let mut keys: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (function, source) in stream_sources(system) {
        keys.entry(source.table.clone()).or_default().push(key(function, source));
    }
    keys
}

/// Streams keep their records for a day, and here until every source has passed them.
const RETENTION: Duration = Duration::from_secs(24 * 60 * 60);

async fn trim(keys: BTreeMap<String, Vec<String>>, positions: Positions, dynamodb: DynamoDb) {
    loop {
        match all_passed(&keys, &positions).await {
            Ok(passed) => {
                if let Err(cause) = dynamodb.trim_streams(passed, RETENTION).await {
                    tracing::warn!(%cause, "the streams could not be trimmed");
                }
            }
            Err(cause) => tracing::warn!(%cause, "the positions could not be read"),
        }
        tokio::time::sleep(Duration::from_secs(60 * 60)).await;
    }
}

/// For each table the position that all its sources have saved.
async fn all_passed(
    keys: &BTreeMap<String, Vec<String>>,
    positions: &Positions,
) -> rusqlite::Result<BTreeMap<String, Sequence>> {
    let mut passed = BTreeMap::new();
    for (table, keys) in keys {
        let mut lowest = None;
        for key in keys {
            let position = positions.load(key).await?.unwrap_or(Sequence::START);
            lowest = Some(lowest.map_or(position, |lowest: Sequence| lowest.min(position)));
        }
        passed.extend(lowest.map(|lowest| (table.clone(), lowest)));
    }
    Ok(passed)
}

#[cfg(test)]
mod kill;
#[cfg(test)]
mod tests;
