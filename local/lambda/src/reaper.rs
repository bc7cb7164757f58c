//! Ends all child processes when this one ends, even by SIGKILL, which no process can react to.
//!
//! The reaper is one more child: this executable again, told by its first argument to do nothing but wait for the
//! end of its standard input. That is a pipe whose other end only the parent holds, so it ends with the parent.
//! The reaper leads a process group that all other children are put into, and then kills it, itself included.
//! Linux alone could do with `PR_SET_PDEATHSIG`, but not without `unsafe`, and macOS has nothing like it.

use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};

use rustix::process::{Signal, kill_current_process_group};
use tokio::io::AsyncReadExt;
use tokio::process::Command;
use tokio::sync::watch;

const ARGUMENT: &str = "--reap-children-when-stdin-ends";
const READY: u8 = b'r';

/// Becomes the reaper and does not return, if the arguments ask for it. To be called first in `main`.
pub fn run_if_asked() {
    if !is_asked() {
        return;
    }
    // Nobody is left to tell of a failure: whatever happens, the group is to end.
    let _ = io::stdout().write_all(&[READY]).and_then(|()| io::stdout().flush());
    let _ = io::copy(&mut io::stdin().by_ref(), &mut io::sink());
    let _ = kill_current_process_group(Signal::KILL);
    std::process::exit(1);
}

fn is_asked() -> bool {
    std::env::args_os().nth(1).is_some_and(|argument| argument == ARGUMENT)
}

/// The group of processes that ends with this process, or with the last clone of this.
#[derive(Debug, Clone)]
pub struct Reaper {
    group: i32,
    lifeline: Arc<Mutex<Option<OwnedFd>>>,
    ended: watch::Receiver<bool>,
}

impl Reaper {
    /// Starts the reaper: this executable, whose `main` calls [`run_if_asked`] first.
    ///
    /// # Errors
    /// It could not be started, or `main` does not call [`run_if_asked`].
    pub async fn start() -> io::Result<Self> {
        // Without this, a main that forgets the call would start reapers without end.
        if is_asked() {
            return Err(io::Error::other("main does not call reaper::run_if_asked() first"));
        }
        let mut child = Command::new(std::env::current_exe()?)
            .arg(ARGUMENT)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let missing = || io::Error::other("the reaper ended at once");
        let group = child.id().and_then(|pid| i32::try_from(pid).ok()).ok_or_else(missing)?;
        let lifeline = child.stdin.take().ok_or_else(missing)?.into_owned_fd()?;
        let mut ready = [0];
        child.stdout.take().ok_or_else(missing)?.read_exact(&mut ready).await?;
        if ready != [READY] {
            return Err(io::Error::other("main does not call reaper::run_if_asked() first"));
        }
        let (sender, ended) = watch::channel(false);
        tokio::spawn(async move {
            let _ = child.wait().await;
            sender.send_replace(true);
        });
        Ok(Self { group, lifeline: Arc::new(Mutex::new(Some(lifeline))), ended })
    }

    /// Puts a child that is about to be started into the group.
    ///
    /// It has no terminal then: Ctrl-C does not reach it, and it can't read from the terminal.
    pub fn enlist(&self, command: &mut Command) {
        command.process_group(self.group).kill_on_drop(true);
    }

    /// Waits until the reaper has ended. If nobody has called [`stop`](Self::stop), something killed it, and no child
    /// is safe any more: a stack should shut down.
    pub async fn ended(&self) {
        // The sender is dropped with the runtime only.
        let _ = self.ended.clone().wait_for(|ended| *ended).await;
    }

    /// Ends the whole group, and waits for the end of the reaper.
    pub async fn stop(&self) {
        drop(self.lifeline.lock().unwrap_or_else(PoisonError::into_inner).take());
        self.ended().await;
    }
}
