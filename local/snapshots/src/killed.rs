//! An end at any step of the work on files, for tests.

use std::cell::Cell;
use std::io;
use std::path::Path;

use crate::Error;

thread_local! {
    static STEPS: Cell<u32> = const { Cell::new(u32::MAX) };
    static IS_KILLED: Cell<bool> = const { Cell::new(false) };
}

/// Does something that is ended before it takes one step more than this. Says whether it came to its end.
pub fn after<T>(steps: u32, work: impl FnOnce() -> Result<T, Error>) -> bool {
    STEPS.set(steps);
    IS_KILLED.set(false);
    let outcome = work();
    STEPS.set(u32::MAX);
    outcome.is_ok() && !IS_KILLED.get()
}

pub fn step() -> Result<(), Error> {
    let Some(left) = STEPS.get().checked_sub(1) else {
        IS_KILLED.set(true);
        return Err(Error::io(Path::new("killed"))(io::Error::other("killed")));
    };
    STEPS.set(left);
    Ok(())
}
