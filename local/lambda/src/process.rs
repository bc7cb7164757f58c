//! The process of an instance: its start, its output, its end.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::net::unix::pipe;
use tokio::process::{Child, Command};

use crate::Reaper;
use crate::memory::Memory;
use crate::output::Log;

/// How long a process may take to end after SIGTERM, as on AWS for one that has asked for the signal.
const TERMINATION: Duration = Duration::from_millis(500);
/// How often, and how long apart, a busy executable is tried.
const TRIES: usize = 100;
const BETWEEN_TRIES: Duration = Duration::from_millis(10);

pub(crate) struct Process {
    child: Child,
    /// Standard output and error, one pipe: their order is kept. `None` when all its writers have closed it.
    output: Option<pipe::Receiver>,
    memory: Memory,
    pub pid: u32,
}

impl Process {
    pub async fn start(mut command: Command, reaper: Option<&Reaper>) -> io::Result<Self> {
        let (output, stdout) = io::pipe()?;
        let stderr = stdout.try_clone()?;
        command.stdin(Stdio::null()).stdout(stdout).stderr(stderr).kill_on_drop(true);
        if let Some(reaper) = reaper {
            reaper.enlist(&mut command);
        }
        let child = spawn(&mut command).await?;
        // Our ends of what the child writes to; the end of file must come with the child's.
        drop(command);
        let output = pipe::Receiver::from_owned_fd(output.into())?;
        let pid = child.id().ok_or_else(|| io::Error::other("the process was waited for before it ran"))?;
        Ok(Self { child, output: Some(output), memory: Memory::of(pid), pid })
    }

    /// Waits for its end, writing its output to the log meanwhile. Safe to cancel and to call again.
    pub async fn ended(&mut self, log: &mut Log) -> ExitStatus {
        loop {
            tokio::select! {
                // Fails only if somebody else has waited for it; how it ended is not known then.
                status = self.child.wait() => return status.unwrap_or(ExitStatus::from_raw(Signal::KILL.as_raw())),
                () = readable(self.output.as_ref()) => {
                    let Some(output) = &self.output else { continue };
                    let mut buffer = [0; 8192];
                    match output.try_read(&mut buffer) {
                        Ok(length) if length > 0 => log.output(&buffer[..length]),
                        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                        Ok(_) | Err(_) => self.output = None,
                    }
                }
            }
        }
    }

    /// Writes to the log all that the process has written so far, and ends an unfinished line.
    ///
    /// Reads the pipe itself instead of waiting until the runtime hears of it: what a function wrote before it sent
    /// its response is logged before the response is passed on.
    pub fn drain(&mut self, log: &mut Log) {
        let mut buffer = [0; 8192];
        while let Some(output) = &self.output {
            match rustix::io::read(output, &mut buffer) {
                Ok(length) if length > 0 => log.output(&buffer[..length]),
                Err(rustix::io::Errno::INTR) => {}
                Err(rustix::io::Errno::AGAIN) => break,
                Ok(_) | Err(_) => self.output = None,
            }
        }
        log.flush();
    }

    /// The peak of its memory in KiB, where it can be read and while it runs.
    pub fn peak_kib(&mut self) -> Option<u64> {
        self.memory.peak_kib()
    }

    /// What that was a moment ago at most, if it can't be over `limit` since.
    pub fn recent_peak_kib(&mut self, limit: u64) -> Option<u64> {
        self.memory.recent_peak_kib(limit)
    }

    /// Ends it at once.
    pub async fn kill(&mut self, log: &mut Log) {
        let _ = self.child.start_kill();
        let _ = self.ended(log).await;
        self.drain(log);
    }

    /// Asks it to end, and ends it if it doesn't.
    pub async fn terminate(&mut self, log: &mut Log) {
        // `id` is there only until it was waited for, so this signal reaches no other process.
        if let Some(pid) = self.child.id().and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?)) {
            let _ = kill_process(pid, Signal::TERM);
            let _ = tokio::time::timeout(TERMINATION, self.ended(log)).await;
        }
        self.kill(log).await;
    }
}

/// Starts the process. A program that was written a moment ago can be "busy": a process that another thread forked while
/// the file was open holds it open too, until it executes its own program.
async fn spawn(command: &mut Command) -> io::Result<Child> {
    for _ in 0..TRIES {
        match command.spawn() {
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy => {
                tokio::time::sleep(BETWEEN_TRIES).await;
            }
            started => return started,
        }
    }
    command.spawn()
}

async fn readable(output: Option<&pipe::Receiver>) {
    match output {
        Some(output) => {
            let _ = output.readable().await;
        }
        None => std::future::pending().await,
    }
}
