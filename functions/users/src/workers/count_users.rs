//! `count-users`: keeps the count of users from the stream of their table.

use std::process::ExitCode;

use envelope::{Context, Function, FunctionError, InitError, serve_function};
use serde::Deserialize;
use tables::{Change, KeptCount};

use crate::SERVICE;
use crate::store;

/// Serves the function.
pub fn main() -> ExitCode {
    serve_function::<CountUsers>(SERVICE)
}

struct CountUsers {
    count: KeptCount,
}

/// "Using AWS Lambda with Amazon DynamoDB": as much of the event as counting needs.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct StreamEvent {
    records: Vec<Record>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    #[serde(rename = "eventID")]
    event_id: String,
    event_name: EventName,
}

#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum EventName {
    Insert,
    Modify,
    Remove,
}

impl Function for CountUsers {
    type Event = StreamEvent;
    type Answer = ();

    async fn init() -> Result<Self, InitError> {
        Ok(Self { count: store::kept_count()? })
    }

    async fn call(&self, event: StreamEvent, _: &Context) -> Result<(), FunctionError> {
        let changes: Vec<Change> = event.records.into_iter().filter_map(change).collect();
        Ok(self.count.apply(&changes).await?)
    }
}

fn change(record: Record) -> Option<Change> {
    let by = match record.event_name {
        EventName::Insert => 1,
        EventName::Modify => return None,
        EventName::Remove => -1,
    };
    Some(Change { event_id: record.event_id, by })
}
