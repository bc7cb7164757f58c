//! `index-products`: keeps the words and the counts of products from the stream of their table.

use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use envelope::{Context, Function, FunctionError, InitError, serve_function};

use crate::SERVICE;
use crate::index::{StreamEvent, wanted};
use crate::store::{Index, Patience};

/// Serves the function.
pub fn main() -> ExitCode {
    serve_function::<IndexProducts>(SERVICE)
}

struct IndexProducts {
    index: Index,
}

impl Function for IndexProducts {
    type Event = StreamEvent;
    type Answer = ();

    async fn init() -> Result<Self, InitError> {
        Ok(Self { index: Index::from_env()? })
    }

    async fn call(&self, event: StreamEvent, context: &Context) -> Result<(), FunctionError> {
        let deadline = UNIX_EPOCH + Duration::from_millis(context.deadline);
        for record in event.records {
            let Some((id, wanted)) = wanted(record)? else { continue };
            let time_left = deadline.duration_since(SystemTime::now()).unwrap_or_default();
            self.index.bring_to(&id, &wanted, Patience::within(time_left)).await?;
        }
        Ok(())
    }
}
