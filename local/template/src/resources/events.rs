//! `Events` of a function: what invokes it. AWS SAM: "EventSource".

mod filters;
mod queue;
mod route;
mod schedule;
mod stream;

use std::collections::BTreeMap;
use std::time::Duration;

use super::api::Routes;
use crate::field::{Accepted, Field};
use crate::model::{EventSource, Queue};
use crate::stack::Scope;

/// Reads the events of `function`: routes go to `routes`, the rest is given back in the template's order.
pub(super) fn events(
    scope: &Scope<'_>,
    function: &str,
    field: &Field<'_>,
    timeout: Option<Duration>,
    queues: &BTreeMap<String, Queue>,
    routes: &mut Routes<'_>,
) -> Option<Vec<EventSource>> {
    let mut sources = Vec::new();
    for (id, event) in field.entries()? {
        event.only(&Accepted { emulated: &["Type", "Properties"], without_effect: &[] });
        let (Some(kind), Some(properties)) = (event.need("Type"), event.need("Properties")) else {
            sources.push(None);
            continue;
        };
        match kind.text().as_deref() {
            Some("Api") => route::route(scope, function, &properties, routes),
            Some("DynamoDB") => sources.push(stream::stream(scope, id, &properties).map(EventSource::Stream)),
            Some("SQS") => {
                sources.push(queue::queue(scope, id, &properties, timeout, queues).map(EventSource::Queue));
            }
            Some("Schedule") => sources.push(schedule::schedule(id, &properties).map(EventSource::Schedule)),
            Some("ScheduleV2") => sources.push(schedule::schedule_v2(id, &properties).map(EventSource::Schedule)),
            Some(other) => {
                kind.note(format!("an event of type {other} isn't emulated on one machine"));
            }
            None => sources.push(None),
        }
    }
    sources.into_iter().collect()
}

#[cfg(test)]
mod tests;
