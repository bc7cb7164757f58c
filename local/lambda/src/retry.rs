//! Asynchronous invocations: queued, and tried again when they fail.
//!
//! AWS: "How Lambda handles errors and retries with asynchronous invocation". A function's error is tried again
//! twice, after one and two more minutes; throttling and Lambda's own errors for up to six hours, at intervals that
//! grow from one second to five minutes. The event and its request id stay the same. `EventInvokeConfig` allows less.

use std::sync::Arc;
use std::time::Duration;

use local_template::EventInvoke;
use tokio::time::{Instant, sleep};

use crate::functions::Functions;
use crate::job::{Pending, Request};
use crate::{FunctionError, InvokeError};

const FIRST_INTERVAL: Duration = Duration::from_secs(1);
const LONGEST_INTERVAL: Duration = Duration::from_secs(300);

/// How long after a function's error each further try is made.
pub(crate) const DELAYS: [Duration; 2] = [Duration::from_secs(60), Duration::from_secs(120)];

/// The tries that one event still has.
#[derive(Debug)]
pub struct Retries {
    queued: Instant,
    maximum_event_age: Duration,
    /// The delay before each try that is left after a function's error, the last one first.
    delays: Vec<Duration>,
    /// How long throttling is waited out next.
    interval: Duration,
}

impl Retries {
    /// Those of an event that is queued now.
    #[must_use]
    pub fn new(event_invoke: EventInvoke) -> Self {
        Self::with_delays(event_invoke, &DELAYS)
    }

    pub(crate) fn with_delays(event_invoke: EventInvoke, delays: &[Duration]) -> Self {
        Self {
            queued: Instant::now(),
            maximum_event_age: event_invoke.maximum_event_age,
            delays: delays.iter().take(event_invoke.maximum_retry_attempts).rev().copied().collect(),
            interval: FIRST_INTERVAL,
        }
    }

    /// How long to wait for the next try, after one that had this outcome; `None` if there is none.
    pub fn after(&mut self, outcome: Result<Option<FunctionError>, &InvokeError>) -> Option<Duration> {
        let delay = match outcome {
            Ok(None) | Err(InvokeError::NotFound(_)) => return None,
            Ok(Some(_)) => self.delays.pop()?,
            Err(InvokeError::Throttled(_) | InvokeError::Unavailable(_) | InvokeError::Unreachable(_)) => {
                let delay = self.interval;
                self.interval = LONGEST_INTERVAL.min(delay * 2);
                delay
            }
        };
        (self.queued.elapsed() + delay <= self.maximum_event_age).then_some(delay)
    }
}

/// Retries an invocation, whose first try is under way, until it succeeds, is given up, or the stack ends.
pub(crate) async fn until_it_succeeds(
    functions: Arc<Functions>,
    function: String,
    request: Request,
    first: Pending,
    mut retries: Retries,
) {
    let mut tried = Ok(first);
    loop {
        let outcome = match tried {
            Ok(pending) => pending.reply().await,
            Err(error) => Err(error),
        };
        let outcome = outcome.map(|outcome| outcome.invocation.function_error);
        if matches!(outcome, Ok(None)) {
            return;
        }
        let Some(delay) = retries.after(outcome.as_ref().map(|error| *error)) else { break };
        tokio::select! {
            () = sleep(delay) => {}
            () = functions.stack.closed() => break,
        }
        tried = functions.dispatch(&function, request.clone());
    }
    tracing::warn!(function, request_id = request.request_id, "an asynchronous invocation was given up");
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAILED: Result<Option<FunctionError>, &InvokeError> = Ok(Some(FunctionError::Reported));

    fn delays(event_invoke: EventInvoke) -> Vec<u64> {
        let mut retries = Retries::new(event_invoke);
        std::iter::from_fn(|| retries.after(FAILED)).map(|delay| delay.as_secs()).collect()
    }

    #[test]
    fn a_functions_error_is_tried_again_as_often_as_the_function_says() {
        let times = |maximum_retry_attempts| EventInvoke { maximum_retry_attempts, ..EventInvoke::default() };
        assert_eq!(delays(EventInvoke::default()), [60, 120]);
        assert_eq!(delays(times(1)), [60]);
        assert_eq!(delays(times(0)), [0; 0]);
    }

    #[test]
    fn throttling_is_waited_out_until_the_event_would_be_too_old() {
        let throttled = InvokeError::Throttled("f".to_owned());
        let maximum_event_age = Duration::from_secs(60);
        let mut retries = Retries::new(EventInvoke { maximum_retry_attempts: 0, maximum_event_age });
        let delays = std::iter::from_fn(|| retries.after(Err(&throttled))).map(|delay| delay.as_secs());
        assert_eq!(delays.collect::<Vec<_>>(), [1, 2, 4, 8, 16, 32]);
    }

    #[test]
    fn an_event_that_succeeded_or_has_no_function_is_not_tried_again() {
        let gone = InvokeError::NotFound("f".to_owned());
        assert_eq!(Retries::new(EventInvoke::default()).after(Ok(None)), None);
        assert_eq!(Retries::new(EventInvoke::default()).after(Err(&gone)), None);
    }
}
