//! The lines Lambda itself writes to a function's log.
//!
//! AWS: "View CloudWatch logs for Lambda functions"; "Understanding the Lambda execution environment lifecycle" for
//! INIT_REPORT. Since August 2025 the init phase is billed as well, so a cold invocation's billed time includes it.

use std::fmt::Write;
use std::time::Duration;

use local_stories::Span;
use time::OffsetDateTime;
use time::macros::format_description;

use crate::failure::Failure;

pub(crate) fn start(request_id: &str) -> String {
    format!("START RequestId: {request_id} Version: $LATEST")
}

pub(crate) fn end(request_id: &str) -> String {
    format!("END RequestId: {request_id}")
}

/// What one invocation used: time and memory.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures {
    pub duration: Duration,
    /// How long the init phase took, if this invocation was its cause.
    pub init: Option<Duration>,
    pub memory_mb: u32,
    /// The peak so far, where it can be read.
    pub peak_kib: Option<u64>,
}

impl Figures {
    pub fn is_over_memory(&self) -> bool {
        self.peak_kib.is_some_and(|peak| peak > u64::from(self.memory_mb) * 1024)
    }

    /// Adds them to the invocation's entry in its stories.
    pub fn note(&self, span: &Span) {
        if !span.is_recorded() {
            return;
        }
        span.note("cold", self.init.is_some());
        if let Some(init) = self.init {
            span.note("initMs", rounded(init));
        }
        span.note("runMs", rounded(self.duration));
        span.note("memoryMb", self.memory_mb);
        if let Some(peak) = self.peak_kib {
            span.note("maxMemoryMb", peak.div_ceil(1024));
        }
    }

    /// The REPORT line.
    pub fn report(&self, request_id: &str, failure: Option<&Failure>) -> String {
        let Self { duration, init, memory_mb, peak_kib } = *self;
        let billed = (duration + init.unwrap_or_default()).as_nanos().div_ceil(1_000_000);
        let mut line = format!(
            "REPORT RequestId: {request_id}\tDuration: {:.2} ms\tBilled Duration: {billed} ms\tMemory Size: {memory_mb} MB",
            milliseconds(duration)
        );
        // Writing to a String can't fail.
        if let Some(peak) = peak_kib {
            let _ = write!(line, "\tMax Memory Used: {} MB", peak.div_ceil(1024));
        }
        if let Some(init) = init {
            let _ = write!(line, "\tInit Duration: {:.2} ms", milliseconds(init));
        }
        match failure {
            Some(Failure::TimedOut(_)) => line.push_str("\tStatus: timeout"),
            Some(failure) => {
                let _ = write!(line, "\tStatus: error\tError Type: {}", failure.error_type());
            }
            None => {}
        }
        line
    }
}

/// Written when the init phase failed.
pub(crate) fn init_report(duration: Duration, failure: &Failure) -> String {
    let line = format!("INIT_REPORT Init Duration: {:.2} ms\tPhase: init", milliseconds(duration));
    match failure {
        Failure::TimedOut(_) => format!("{line}\tStatus: timeout"),
        failure => format!("{line}\tStatus: error\tError Type: {}", failure.error_type()),
    }
}

/// What is written before END when Lambda ended an invocation itself.
pub(crate) fn failure(request_id: &str, failure: &Failure) -> Vec<String> {
    match failure {
        Failure::TimedOut(_) => {
            let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
            let now = OffsetDateTime::now_utc().format(format).unwrap_or_default();
            vec![format!("{now} {request_id} {}", failure.message())]
        }
        failure => {
            vec![format!("RequestId: {request_id} Error: {}", failure.message()), failure.error_type().to_owned()]
        }
    }
}

/// Milliseconds with two decimals.
fn rounded(duration: Duration) -> f64 {
    (milliseconds(duration) * 100.0).round() / 100.0
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const WARM: Figures =
        Figures { duration: Duration::from_micros(1234), init: None, memory_mb: 128, peak_kib: Some(11 * 1024 + 1) };

    #[test]
    fn a_warm_invocation_is_billed_to_the_next_millisecond() {
        assert_eq!(
            WARM.report("8476a536", None),
            "REPORT RequestId: 8476a536\tDuration: 1.23 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\t\
             Max Memory Used: 12 MB"
        );
    }

    #[test]
    fn a_cold_invocation_is_billed_with_its_init() {
        let cold = Figures { init: Some(Duration::from_micros(10_110)), ..WARM };
        assert_eq!(
            cold.report("8476a536", None),
            "REPORT RequestId: 8476a536\tDuration: 1.23 ms\tBilled Duration: 12 ms\tMemory Size: 128 MB\t\
             Max Memory Used: 12 MB\tInit Duration: 10.11 ms"
        );
    }

    #[test]
    fn memory_that_could_not_be_read_is_left_out_and_a_failure_named() {
        let failed = Figures { peak_kib: None, ..WARM };
        assert_eq!(
            failed.report("8476a536", Some(&Failure::OutOfMemory)),
            "REPORT RequestId: 8476a536\tDuration: 1.23 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\t\
             Status: error\tError Type: Runtime.OutOfMemory"
        );
    }

    #[test]
    fn an_init_that_took_too_long_says_so() {
        assert_eq!(
            init_report(Duration::from_millis(10_000), &Failure::TimedOut(Duration::from_secs(10))),
            "INIT_REPORT Init Duration: 10000.00 ms\tPhase: init\tStatus: timeout"
        );
    }
}
