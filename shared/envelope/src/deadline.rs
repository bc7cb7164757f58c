//! When an invocation has to be over.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lambda_runtime::Context;

/// Lambda gives a time, in milliseconds since 1970 (`Lambda-Runtime-Deadline-Ms`). `cargo lambda watch` gives how long
/// there is: a time on the first day of all.
const LONGEST_SPAN: Duration = Duration::from_secs(24 * 60 * 60);

/// The context with a time for its deadline, whichever it came with.
pub(crate) fn with_time(mut context: Context, now: SystemTime) -> Context {
    if u128::from(context.deadline) < LONGEST_SPAN.as_millis() {
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        context.deadline = context.deadline.saturating_add(u64::try_from(now).unwrap_or(u64::MAX));
    }
    context
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deadline(given: u64, now: SystemTime) -> SystemTime {
        let mut context = Context::default();
        context.deadline = given;
        with_time(context, now).deadline()
    }

    #[test]
    fn a_time_stays_as_it_is() {
        let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let past = now - Duration::from_secs(1);
        assert_eq!(deadline(1_799_999_999_000, now), past);
    }

    #[test]
    fn a_span_ends_that_long_from_now() {
        let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        assert_eq!(deadline(600_000, now), now + Duration::from_secs(600));
    }
}
