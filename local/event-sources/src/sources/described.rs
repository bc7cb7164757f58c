//! The sources that a template describes, checked.

use local_dynamodb::{DynamoDb, StreamReader};
use local_template::{EventSource, Function, StreamSource, System};

use crate::filter::FilterError;
use crate::queue::Queue;
use crate::schedule::Schedule;
use crate::{Error, Services};

/// All stream sources, disabled ones too.
pub(super) fn streams(system: &System) -> impl Iterator<Item = (&Function, &StreamSource)> {
    system.functions.values().flat_map(|function| {
        function.sources.iter().filter_map(move |source| match source {
            EventSource::Stream(source) => Some((function, source)),
            _ => None,
        })
    })
}

/// The enabled queue sources.
pub(super) fn queues(system: &System, services: &Services) -> Result<Vec<Queue>, Error> {
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

/// All schedules, disabled ones too: they can still be run by hand.
pub(super) fn schedules(system: &System, services: &Services) -> Vec<Schedule> {
    let of = |function: &Function| {
        let schedule = |source: &EventSource| match source {
            EventSource::Schedule(source) => {
                Some(Schedule::new(function, source, &system.region, services.lambda.clone(), services.stories.clone()))
            }
            _ => None,
        };
        function.sources.iter().filter_map(schedule).collect::<Vec<_>>()
    };
    system.functions.values().flat_map(of).collect()
}

pub(super) fn filter_error(function: &Function, source_id: &str, cause: FilterError) -> Error {
    Error::Filter { function: function.name.clone(), source_id: source_id.to_owned(), cause }
}

/// The stream of a source's table.
pub(super) fn reader(
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
