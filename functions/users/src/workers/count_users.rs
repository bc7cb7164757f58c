//! `count-users`: keeps the count of users from the stream of their table.

use std::process::ExitCode;

use envelope::{Context, Function, FunctionError, InitError, serve_function};
use events::stream::{EventName, StreamEvent};
use serde::Deserialize;
use tables::{Change, KeptCount};

use crate::SERVICE;
use crate::store::user_count;

/// Serves the function.
pub fn main() -> ExitCode {
    serve_function::<CountUsers>(SERVICE)
}

struct CountUsers {
    count: KeptCount,
}

/// As much of a stream's record as counting needs.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    #[serde(rename = "eventID")]
    event_id: String,
    event_name: EventName,
}

impl Function for CountUsers {
    type Event = StreamEvent<Record>;
    type Response = ();

    async fn init() -> Result<Self, InitError> {
        Ok(Self { count: user_count()? })
    }

    async fn call(&self, event: StreamEvent<Record>, _: &Context) -> Result<(), FunctionError> {
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
