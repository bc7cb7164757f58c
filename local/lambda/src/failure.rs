//! What AWS tells the caller, and the log, when a function gives no response.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

use bytes::Bytes;
use rustix::process::Signal;
use serde::Serialize;

use crate::FunctionError;

/// The largest response, in bytes: 6 MB and 100 bytes, as AWS's own message says.
pub(crate) const RESPONSE_LIMIT: usize = 6 * 1024 * 1024 + 100;

/// Why a function gave no response.
#[derive(Debug, Clone)]
pub(crate) enum Failure {
    /// The process ended before it responded.
    Exited(ExitStatus),
    /// Neither a response nor the end of the process within the timeout.
    TimedOut(Duration),
    /// It used more memory than it was given, and was killed.
    OutOfMemory,
    /// The executable could not be run at all.
    NotExecutable(String),
    /// It reported through `init/error` that it can't start.
    Init {
        /// `Lambda-Runtime-Function-Error-Type`.
        error_type: String,
        /// What it said.
        body: Bytes,
    },
}

impl Failure {
    /// The `errorType` of the payload and of the REPORT line.
    pub fn error_type(&self) -> &str {
        match self {
            Self::Exited(_) => "Runtime.ExitError",
            Self::TimedOut(_) => "Sandbox.Timedout",
            Self::OutOfMemory => "Runtime.OutOfMemory",
            Self::NotExecutable(_) => "Runtime.InvalidEntrypoint",
            Self::Init { error_type, .. } => error_type,
        }
    }

    /// The sentence after `Error: `.
    pub fn message(&self) -> String {
        match self {
            Self::Exited(status) => match describe(*status) {
                Some(how) => format!("Runtime exited with error: {how}"),
                None => "Runtime exited without providing a reason".to_owned(),
            },
            Self::TimedOut(limit) => format!("Task timed out after {:.2} seconds", limit.as_secs_f64()),
            Self::OutOfMemory => "Runtime exited with error: signal: killed".to_owned(),
            Self::NotExecutable(reason) => reason.clone(),
            Self::Init { .. } => "Runtime reported an initialization error".to_owned(),
        }
    }

    /// The payload of the invocation.
    pub fn payload(&self, request_id: &str) -> Bytes {
        if let Self::Init { body, .. } = self
            && !body.is_empty()
        {
            return body.clone();
        }
        error_object(self.error_type(), &format!("RequestId: {request_id} Error: {}", self.message()))
    }

    /// How callers are to understand it.
    pub fn kind(&self) -> FunctionError {
        match self {
            Self::TimedOut(_) => FunctionError::TimedOut,
            _ => FunctionError::Crashed,
        }
    }
}

/// The payload that replaces a response over [`RESPONSE_LIMIT`].
pub(crate) fn response_too_large() -> Bytes {
    let message = format!("Response payload size exceeded maximum allowed payload size ({RESPONSE_LIMIT} bytes).");
    error_object("Function.ResponseSizeTooLarge", &message)
}

/// `{"errorType","errorMessage"}`: the form of a function's error, and of the Runtime API's own.
pub(crate) fn error_object(error_type: &str, error_message: &str) -> Bytes {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Error<'a> {
        error_type: &'a str,
        error_message: &'a str,
    }
    serde_json::to_vec(&Error { error_type, error_message }).unwrap_or_default().into()
}

/// How a process ended, in the words of Go's `os.ProcessState` which AWS uses; `None` for success.
fn describe(status: ExitStatus) -> Option<String> {
    if let Some(signal) = status.signal() {
        let dumped = if status.core_dumped() { " (core dumped)" } else { "" };
        return Some(format!("signal: {}{dumped}", signal_name(signal)));
    }
    status.code().filter(|code| *code != 0).map(|code| format!("exit status {code}"))
}

fn signal_name(number: i32) -> String {
    let name = match Signal::from_named_raw(number) {
        Some(Signal::HUP) => "hangup",
        Some(Signal::INT) => "interrupt",
        Some(Signal::QUIT) => "quit",
        Some(Signal::ILL) => "illegal instruction",
        Some(Signal::TRAP) => "trace/breakpoint trap",
        Some(Signal::ABORT) => "aborted",
        Some(Signal::BUS) => "bus error",
        Some(Signal::FPE) => "floating point exception",
        Some(Signal::KILL) => "killed",
        Some(Signal::SEGV) => "segmentation fault",
        Some(Signal::PIPE) => "broken pipe",
        Some(Signal::ALARM) => "alarm clock",
        Some(Signal::TERM) => "terminated",
        _ => return format!("signal {number}"),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message_of(wait_status: i32) -> String {
        Failure::Exited(ExitStatus::from_raw(wait_status)).message()
    }

    #[test]
    fn the_end_of_a_process_is_told_in_awss_words() {
        assert_eq!(message_of(1 << 8), "Runtime exited with error: exit status 1");
        assert_eq!(message_of(0), "Runtime exited without providing a reason");
        assert_eq!(message_of(9), "Runtime exited with error: signal: killed");
        assert_eq!(message_of(11), "Runtime exited with error: signal: segmentation fault");
        assert_eq!(message_of(6 | 0x80), "Runtime exited with error: signal: aborted (core dumped)");
    }

    #[test]
    fn a_timeout_says_the_limit_with_two_decimals() {
        let payload = Failure::TimedOut(Duration::from_secs(3)).payload("8476a536");
        assert_eq!(
            payload,
            r#"{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: 8476a536 Error: Task timed out after 3.00 seconds"}"#
        );
    }
}
