//! What asks a stack to stop.

use std::fmt;
use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::parent;

/// Whether someone has asked.
static WAS_ASKED: AtomicBool = AtomicBool::new(false);

/// Whether someone has asked this process to stop.
pub fn was_asked() -> bool {
    WAS_ASKED.load(Ordering::Relaxed)
}

/// Who asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Ctrl-C, or whoever sends its signal.
    Interrupt,
    /// Whoever ends processes politely: `kill`, a supervisor, a shutdown.
    Terminate,
    /// The end of the terminal.
    HangUp,
    /// The end of the parent, which held the other end of standard input.
    Parent,
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Interrupt => "SIGINT (Ctrl-C)",
            Self::Terminate => "SIGTERM",
            Self::HangUp => "SIGHUP (the terminal was closed)",
            Self::Parent => "standard input was closed (--stop-on-stdin-close)",
        })
    }
}

/// The signals and the pipe that are watched.
pub struct Stop {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Option<Signal>,
    watches_parent: bool,
}

impl Stop {
    /// Watches from now on. The parent is watched only if it asked for that.
    ///
    /// # Errors
    /// The system refuses to watch a signal.
    pub fn watch(watches_parent: bool) -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: if ignores_hang_up() { None } else { Some(signal(SignalKind::hangup())?) },
            watches_parent,
        })
    }

    /// Waits until someone asks.
    pub async fn asked(mut self) -> Asked {
        let hang_up = async {
            match &mut self.hang_up {
                Some(signal) => signal.recv().await,
                None => std::future::pending().await,
            }
        };
        let asked = tokio::select! {
            _ = self.interrupt.recv() => Asked::Interrupt,
            _ = self.terminate.recv() => Asked::Terminate,
            _ = hang_up => Asked::HangUp,
            () = parent::ended(self.watches_parent) => Asked::Parent,
        };
        WAS_ASKED.store(true, Ordering::Relaxed);
        asked
    }
}

/// Whether this process outlives its terminal, as `nohup` starts it. To watch the signal would undo that.
fn ignores_hang_up() -> bool {
    match std::fs::read_to_string("/proc/self/status") {
        Ok(status) => ignored_signals(&status).is_some_and(|ignored| ignored & 1 != 0),
        // No Linux. `nohup` leads output elsewhere than to the terminal.
        Err(_) => !io::stdout().is_terminal(),
    }
}

/// The ignored signals of `/proc/PID/status`: the lowest bit is SIGHUP, signal 1.
fn ignored_signals(status: &str) -> Option<u64> {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(mask.trim(), 16).ok()
}

#[cfg(test)]
mod tests {
    use super::ignored_signals;

    #[test]
    fn ignored_signals_are_read() {
        assert_eq!(ignored_signals("Name:\tlocal\nSigBlk:\t01\nSigIgn:\t0000000000001001\n"), Some(0x1001));
        assert_eq!(ignored_signals("Name:\tlocal\n"), None);
    }
}
