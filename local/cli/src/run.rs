//! The life of a stack: it starts, runs until it is told to stop, and leaves no process behind.

use local_lambda::Reaper;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::sync::OnceCell;

use crate::arguments::{Part, Run};
use crate::error::Error;
use crate::stop::Stop;
use crate::{backends, console, everything};

/// Runs a stack until a signal, its parent or an error ends it, and says which.
///
/// # Errors
/// Why it did not start, or could not go on.
pub async fn run(arguments: Run) -> Result<(), Error> {
    raise_file_limit();
    let stop = Stop::watch(arguments.stop_on_stdin_close).map_err(Error::Start)?;
    let reaper = Reaper::start().await.map_err(Error::Start)?;
    let running = OnceCell::new();
    let serving = async {
        match arguments.only {
            None => everything::serve(arguments, reaper.clone(), &running).await,
            Some(Part::Backends) => backends::serve(arguments, &running).await,
        }
    };
    let outcome = tokio::select! {
        // Ctrl-C ends a build under way too, which then fails: the signal came first.
        biased;
        asked = stop.asked() => Ok(asked),
        () = reaper.ended() => Err(Error::ReaperDied),
        outcome = serving => outcome.map(|never| match never {}),
    };
    match &outcome {
        Ok(asked) => console::say(&format!("stopping: {asked}")),
        Err(error) if running.initialized() => console::say(&format!("stopping: {error}")),
        // It did not start; the error says why.
        Err(_) => {}
    }
    if let Some(running) = running.get() {
        running.stop().await;
    }
    // Ends what is left of the functions, and a build under way.
    reaper.stop().await;
    if outcome.is_ok() || running.initialized() {
        console::say("stopped");
    }
    outcome.map(drop)
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
