//! The rights that Lambda itself needs from a function's role: to read the streams and queues that feed the function, and
//! to send records it gives up on to the failure destination. Lambda: "Using AWS Lambda with Amazon DynamoDB", "Using Lambda with Amazon
//! SQS", each under "Execution role permissions".

use std::fmt;

use local_template::{EventSource, Function, System};

use crate::{Access, Decision, decide};

/// Reads of a stream.
const STREAM: [&str; 4] =
    ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"];

/// Reads of a queue.
const QUEUE: [&str; 3] = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];

/// Event sources that the roles of their functions may not read. Lambda refuses to create those.
#[derive(Debug, thiserror::Error)]
#[error("{}", lines(.0))]
pub struct Error(pub Vec<Missing>);

/// A right that an event source needs and its function's role lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The function's name.
    pub function: String,
    /// The event's logical id.
    pub source_id: String,
    /// The role's name.
    pub role: String,
    /// The missing right.
    pub access: Access,
}

impl fmt::Display for Missing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { function, source_id, role, access: Access { action, resource } } = self;
        write!(
            formatter,
            "function {function}, event {source_id}: its role {role} does not allow {action} on {resource}"
        )
    }
}

fn lines(missing: &[Missing]) -> String {
    missing.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// The rights that all event sources need, each with its function's name.
///
/// # Errors
/// A role lacks some of them.
pub(crate) fn check(system: &System) -> Result<Vec<(String, Access)>, Error> {
    let mut needed = Vec::new();
    let mut missing = Vec::new();
    for function in system.functions.values() {
        for (source_id, access) in function.sources.iter().flat_map(|source| needs(system, source)) {
            let statements = &function.role.statements;
            if decide(statements, &access.action, &access.resource) == Decision::Allowed {
                needed.push((function.name.clone(), access));
            } else {
                let Function { name, role, .. } = function;
                missing.push(Missing { function: name.clone(), source_id, role: role.name.clone(), access });
            }
        }
    }
    if missing.is_empty() { Ok(needed) } else { Err(Error(missing)) }
}

/// The rights that one source needs, each with the source's logical id. A schedule needs none: EventBridge calls by a
/// permission of the function.
fn needs(system: &System, source: &EventSource) -> Vec<(String, Access)> {
    let (id, actions, resource, on_failure) = match source {
        EventSource::Stream(stream) => {
            let table = system.tables.values().find(|table| table.name == stream.table);
            let arn = table.map(local_template::Table::stream_arn).unwrap_or_default();
            (&stream.id, &STREAM[..], arn, stream.on_failure.as_deref())
        }
        EventSource::Queue(queue) => (&queue.id, &QUEUE[..], queue.queue.clone(), None),
        EventSource::Schedule(_) => return Vec::new(),
    };
    let reads = actions.iter().map(|action| Access::new(*action, &resource));
    let sends = on_failure.map(|queue| Access::new("sqs:SendMessage", queue));
    reads.chain(sends).map(|access| (id.clone(), access)).collect()
}
