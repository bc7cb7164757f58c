//! The life of a stack: it starts, runs until it is told to stop, and leaves no process behind.

use local_lambda::Reaper;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::OnceCell;

use crate::arguments::{Part, Run};
use crate::error::Error;
use crate::{backends, everything, parent};

/// Runs a stack until Ctrl-C, SIGTERM or an error ends it.
///
/// # Errors
/// Why it did not start, or could not go on.
pub async fn run(arguments: Run) -> Result<(), Error> {
    raise_file_limit();
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Error::Start)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(Error::Start)?;
    let reaper = Reaper::start().await.map_err(Error::Start)?;
    let running = OnceCell::new();
    let parent = parent::ended(arguments.stop_on_stdin_close);
    let serving = async {
        match arguments.only {
            None => everything::serve(arguments, reaper.clone(), &running).await,
            Some(Part::Backends) => backends::serve(arguments, &running).await,
        }
    };
    let outcome = tokio::select! {
        outcome = serving => outcome,
        () = reaper.ended() => Err(Error::ReaperDied),
        _ = interrupt.recv() => Ok(()),
        _ = terminate.recv() => Ok(()),
        () = parent => Ok(()),
    };
    if let Some(running) = running.get() {
        running.stop().await;
    }
    // Ends what is left of the functions, and a build under way.
    reaper.stop().await;
    outcome
}

/// Raises the limit of open files: each instance of a function takes some, and macOS allows 256 by default.
fn raise_file_limit() {
    const WANTED: u64 = 10_240;
    let limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.map_or(WANTED, |most| most.min(WANTED));
    if limit.current.is_some_and(|current| current < wanted) {
        // Where it is refused, the stack runs with fewer instances.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), ..limit });
    }
}
