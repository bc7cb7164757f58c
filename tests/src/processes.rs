//! Processes that are no children of this one: the functions of a stack.

use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// Sends a signal to a process that is there.
///
/// # Panics
/// There is no such process.
pub fn signal(pid: u32, signal: Signal) {
    kill_process(of(pid), signal).unwrap_or_else(|error| panic!("{signal:?} to {pid}: {error}"));
}

/// Sends a signal to a process, and says whether there was one.
pub fn try_signal(pid: u32, signal: Signal) -> bool {
    kill_process(of(pid), signal).is_ok()
}

/// Waits until none of the processes runs.
///
/// # Panics
/// One still runs after ten seconds.
pub async fn until_ended(pids: &[u32]) {
    let started = Instant::now();
    loop {
        let left: Vec<u32> = pids.iter().copied().filter(|pid| runs(*pid)).collect();
        if left.is_empty() {
            return;
        }
        assert!(started.elapsed() < Duration::from_secs(10), "these survive: {left:?}");
        // No system tells of the end of another's child in the same way.
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Whether a process runs; a zombie does not.
fn runs(pid: u32) -> bool {
    if rustix::process::test_kill_process(of(pid)).is_err() {
        return false;
    }
    // Only Linux has it; elsewhere an orphan's new parent notices at once.
    match std::fs::read_to_string(format!("/proc/{pid}/stat")) {
        Ok(stat) => !stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with(['Z', 'X'])),
        Err(_) => cfg!(not(target_os = "linux")),
    }
}

fn of(pid: u32) -> Pid {
    i32::try_from(pid).ok().and_then(Pid::from_raw).expect("a process id")
}
