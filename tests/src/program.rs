//! A run of the `local` executable: its output and its exit.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};

use crate::binaries::executable;
use crate::setup::workspace;

/// How a run of `local` ended.
#[derive(Debug)]
pub struct Exit {
    /// Its exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// Its standard output and standard error, interleaved.
    pub output: String,
}

/// Runs `local` with these arguments to its end.
///
/// # Panics
/// It does not end in time.
pub async fn local(arguments: &[&str]) -> Exit {
    let program = Program::start(arguments.iter().map(OsStr::new), None).await;
    program.ended(Duration::from_secs(30)).await.unwrap_or_else(|| panic!("it goes on:\n{}", program.output()))
}

/// A running `local`; dropping this stops it.
#[derive(Debug)]
pub(crate) struct Program {
    pid: Pid,
    shared: Arc<Shared>,
    /// `local` stops when this pipe closes, which it does however this process ends.
    _lifeline: ChildStdin,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

/// What is known of the process.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) output: String,
    pub(crate) status: Option<ExitStatus>,
}

impl Program {
    /// Starts it, with another program for its cargo if one is given.
    pub(crate) async fn start(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>, cargo: Option<&Path>) -> Self {
        let mut child = Command::new(executable("local").await)
            .envs(cargo.map(|cargo| ("CARGO", cargo)))
            .args(arguments)
            .current_dir(workspace())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let pid = Pid::from_child(&child);
        let lifeline = child.stdin.take().unwrap();
        let shared = Arc::<Shared>::default();
        let watching = Arc::clone(&shared);
        thread::spawn(move || watching.watch(child));
        Self { pid, shared, _lifeline: lifeline }
    }

    /// Sends a signal, unless the process has ended.
    pub(crate) fn signal(&self, signal: Signal) {
        // The process is waited for under this lock, so the id is its own.
        let state = self.shared.state.lock().unwrap();
        if state.status.is_none() {
            kill_process(self.pid, signal).unwrap();
        }
    }

    /// Waits until `found` finds something; `None` after the time limit.
    pub(crate) async fn until<T: Send + 'static>(
        &self,
        patience: Duration,
        found: impl Fn(&State) -> Option<T> + Send + 'static,
    ) -> Option<T> {
        let shared = Arc::clone(&self.shared);
        tokio::task::spawn_blocking(move || shared.wait(patience, found)).await.unwrap()
    }

    /// Waits until it exits.
    pub(crate) async fn ended(&self, patience: Duration) -> Option<Exit> {
        self.until(patience, exit).await
    }

    pub(crate) fn output(&self) -> String {
        self.shared.state.lock().unwrap().output.clone()
    }
}

/// Ends it, politely and then not.
impl Drop for Program {
    fn drop(&mut self) {
        for signal in [Signal::TERM, Signal::KILL] {
            self.signal(signal);
            if self.shared.wait(Duration::from_secs(10), exit).is_some() {
                return;
            }
        }
    }
}

fn exit(state: &State) -> Option<Exit> {
    state.status.map(|status| Exit { code: status.code(), output: state.output.clone() })
}

impl Shared {
    fn watch(&self, mut child: Child) {
        let outputs: [Box<dyn Read + Send>; 2] =
            [Box::new(child.stdout.take().unwrap()), Box::new(child.stderr.take().unwrap())];
        thread::scope(|scope| {
            for output in outputs {
                scope.spawn(|| self.read(output));
            }
        });
        // Leaves the process id taken: nobody else can have it until it is waited for under the lock.
        let _ = waitid(WaitId::Pid(Pid::from_child(&child)), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
        let mut state = self.state.lock().unwrap();
        state.status = Some(child.wait().unwrap());
        drop(state);
        self.changed.notify_all();
    }

    fn read(&self, output: Box<dyn Read + Send>) {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            let mut state = self.state.lock().unwrap();
            state.output.push_str(&line);
            state.output.push('\n');
            drop(state);
            self.changed.notify_all();
        }
    }

    fn wait<T>(&self, patience: Duration, found: impl Fn(&State) -> Option<T>) -> Option<T> {
        let state = self.state.lock().unwrap();
        let waiting = |state: &mut State| found(state).is_none();
        let (state, _) = self.changed.wait_timeout_while(state, patience, waiting).unwrap();
        found(&state)
    }
}
