//! Asynchronous invocations: queued, and tried again when they fail.
//!
//! AWS: "How Lambda handles errors and retries with asynchronous invocation". A function's error is tried again
//! twice, after one and two more minutes; throttling and Lambda's own errors for up to six hours, at intervals that
//! grow from one second to five minutes. The event and its request id stay the same.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::InvokeError;
use crate::functions::Functions;
use crate::job::{Pending, Request};

const MAXIMUM_AGE: Duration = Duration::from_secs(6 * 3600);
const FIRST_INTERVAL: Duration = Duration::from_secs(1);
const LONGEST_INTERVAL: Duration = Duration::from_secs(300);

/// Retries an invocation, whose first try is under way, until it succeeds, has failed too often, or the stack ends.
pub(crate) async fn until_it_succeeds(functions: Arc<Functions>, function: String, request: Request, first: Pending) {
    let queued = Instant::now();
    let mut delays = functions.stack.options.retry_delays.iter();
    let mut interval = FIRST_INTERVAL;
    let mut tried = Ok(first);
    loop {
        let outcome = match tried {
            Ok(pending) => pending.reply().await,
            Err(error) => Err(error),
        };
        let delay = match outcome {
            Ok(outcome) if outcome.invocation.function_error.is_none() => return,
            Ok(_) => match delays.next() {
                Some(delay) => *delay,
                None => break,
            },
            Err(InvokeError::NotFound(_)) => break,
            Err(InvokeError::Throttled(_) | InvokeError::Unavailable(_) | InvokeError::Unreachable(_)) => {
                let delay = interval;
                interval = LONGEST_INTERVAL.min(interval * 2);
                delay
            }
        };
        if queued.elapsed() + delay > MAXIMUM_AGE {
            break;
        }
        tokio::select! {
            () = sleep(delay) => {}
            () = functions.stack.closed() => break,
        }
        tried = functions.dispatch(&function, request.clone());
    }
    tracing::warn!(function, request_id = request.request_id, "an asynchronous invocation was given up");
}
