//! How long a function's process took to start, and its peak memory, for the log line of an invocation. Lambda's REPORT
//! line has both too, but it is a line of its own, and each costs money.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use serde::Serialize;

/// Memory is read at the first invocation and at every hundredth after it: reading it takes longer than writing the line.
const MEMORY_EVERY: u64 = 100;

static STARTED: OnceLock<Instant> = OnceLock::new();
static INIT: OnceLock<u64> = OnceLock::new();

/// The members of a log line that describe the process.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Process {
    /// How long the process took to be ready, in milliseconds; only at its first invocation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub init_duration: Option<u64>,
    /// The most memory that the process has had so far, in MB; only at every [`MEMORY_EVERY`]th invocation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<u64>,
}

impl Process {
    /// Counts one more invocation, and reads the values that its line has.
    pub(crate) fn at_invocation() -> Self {
        static INVOCATIONS: AtomicU64 = AtomicU64::new(0);
        let before = INVOCATIONS.fetch_add(1, Ordering::Relaxed);
        let init_duration = (before == 0).then(|| INIT.get().copied()).flatten();
        let memory = before.is_multiple_of(MEMORY_EVERY).then(peak_memory_megabytes).flatten();
        Self { init_duration, memory }
    }
}

/// Notes that the process starts to initialise.
pub(crate) fn started() {
    let _ = STARTED.set(Instant::now());
}

/// Notes that the process is ready for its first invocation.
pub(crate) fn initialised() {
    if let Some(started) = STARTED.get() {
        let _ = INIT.set(u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX));
    }
}

/// The most memory that the process has had so far, in MB, rounded up. Known on Linux only; reading it takes some 20 µs.
///
/// `proc_pid_status(5)`, `VmHWM`. `getrusage` is cheaper, but its maximum includes the process that started this one.
fn peak_memory_megabytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix(" kB")?;
    Some(kilobytes.parse::<u64>().ok()?.div_ceil(1024))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn the_peak_is_at_least_what_was_just_used() {
        let before = peak_memory_megabytes().unwrap();
        let used = vec![1_u8; (before as usize + 16) * 1024 * 1024];
        assert!(
            peak_memory_megabytes().unwrap() >= before + 16,
            "{} bytes",
            used.iter().filter(|byte| **byte == 1).count()
        );
    }

    #[test]
    fn the_first_invocation_tells_of_the_start_and_every_hundredth_of_memory() {
        started();
        initialised();
        let told: Vec<_> = (0..=MEMORY_EVERY).map(|_| Process::at_invocation()).collect();
        let (first, rest) = told.split_first().unwrap();
        let (last, between) = rest.split_last().unwrap();
        assert!(first.init_duration.is_some() && between.iter().all(|process| *process == Process::default()));
        assert_eq!(last.init_duration, None);
        assert_eq!([first.memory.is_some(), last.memory.is_some()], [cfg!(target_os = "linux"); 2]);
    }
}
