//! When Lambda ends an invocation that still runs.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lambda_runtime::Context;

/// The moment at which Lambda ends the invocation.
#[derive(Debug, Clone, Copy)]
pub struct Deadline(SystemTime);

impl Deadline {
    /// The deadline of this invocation.
    pub fn of(context: &Context) -> Self {
        Self(UNIX_EPOCH + Duration::from_millis(context.deadline))
    }

    /// A deadline this long from now.
    pub fn after(time: Duration) -> Self {
        Self(SystemTime::now() + time)
    }

    /// How long the function may still run; zero once the deadline has passed.
    pub fn time_left(self) -> Duration {
        self.0.duration_since(SystemTime::now()).unwrap_or_default()
    }
}

/// Lambda sends the deadline as a time: milliseconds since 1970 (`Lambda-Runtime-Deadline-Ms`). `cargo lambda watch`
/// sends the milliseconds that are left instead, which as a time would lie within the first day of 1970.
const LONGEST_SPAN: Duration = Duration::from_secs(24 * 60 * 60);

/// Makes the context's deadline a time, whichever of the two it was.
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
