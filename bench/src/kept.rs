//! The file that figures are kept in from run to run.

use std::io::ErrorKind;
use std::path::Path;

use crate::error::Error;
use crate::figures::{Figures, Machine};
use crate::progress;

/// The figures of earlier runs on this machine, or none. Those of another machine or profile are left behind: a table
/// must not mix the two.
pub fn read(path: &Path, machine: Machine) -> Result<Figures, Error> {
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Figures { machine, ..Figures::default() }),
        Err(error) => return Err(Error::file(path)(error)),
    };
    let kept: Figures = serde_json::from_slice(&text).map_err(|cause| Error::Json { path: path.to_owned(), cause })?;
    if kept.machine.is_like(&machine) {
        return Ok(Figures { machine, ..kept });
    }
    progress::say(&format!("{} has figures of another machine, compiler or profile: starting over", path.display()));
    Ok(Figures { machine, ..Figures::default() })
}

/// Written after each part, so that none is lost to a later one that fails.
pub fn write(path: &Path, figures: &Figures) -> Result<(), Error> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(Error::file(folder))?;
    }
    let text = serde_json::to_string_pretty(figures).map_err(|cause| Error::Json { path: path.to_owned(), cause })?;
    std::fs::write(path, text + "\n").map_err(Error::file(path))
}
