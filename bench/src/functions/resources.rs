//! What a process has used: read where the system tells it of others' processes, which is Linux only.

use std::time::Duration;

/// CPU time of all its threads so far, to the nanosecond: the first field of `/proc/PID/task/TID/schedstat`, which is exact
/// for a thread that sleeps. `None` where it can't be read.
///
/// A thread that has ended is not among them. No function ends one: tokio keeps those that block for ten seconds.
pub fn cpu(pid: u32) -> Option<Duration> {
    let mut nanoseconds = 0;
    for task in std::fs::read_dir(format!("/proc/{pid}/task")).ok()? {
        let times = std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
        nanoseconds += times.split(' ').next()?.parse::<u64>().ok()?;
    }
    Some(Duration::from_nanos(nanoseconds))
}

/// Waits until no thread is running: whoever waits for an answer may still be on the way to sleep when its question
/// arrives. It takes some microseconds, so this looks again and again rather than sleeping.
pub async fn rest(pid: u32) {
    while is_running(pid) {
        tokio::task::yield_now().await;
    }
}

/// proc(5), `/proc/PID/task/TID/stat`: the state follows the name, which is in brackets.
fn is_running(pid: u32) -> bool {
    let Ok(tasks) = std::fs::read_dir(format!("/proc/{pid}/task")) else { return false };
    tasks.flatten().any(|task| {
        let stat = std::fs::read_to_string(task.path().join("stat")).unwrap_or_default();
        stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('R'))
    })
}

/// The most memory that was resident so far, in bytes: `VmHWM` of `/proc/PID/status`.
pub fn peak(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[tokio::test]
    async fn a_process_that_has_worked_has_used_cpu_and_memory_and_then_rests() {
        let work = "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo done; read wait";
        let mut command = Command::new("sh");
        let mut worker = command.args(["-c", work]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = [0; 5];
        std::io::Read::read_exact(worker.stdout.as_mut().unwrap(), &mut line).unwrap();
        rest(worker.id()).await;
        let used = cpu(worker.id()).unwrap();
        assert!(used > Duration::from_millis(1), "{used:?}");
        assert_eq!(cpu(worker.id()), Some(used), "it rests");
        assert!(peak(worker.id()).unwrap() > 100_000);
        drop(worker.stdin.take());
        worker.wait().unwrap();
        assert_eq!(cpu(worker.id()), None);
    }
}
