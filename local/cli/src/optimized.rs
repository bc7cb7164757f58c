//! `--release`: the stack's own program is optimized as well, and takes the place of the one that was started.

use std::convert::Infallible;
use std::os::unix::process::CommandExt;
use std::process::Stdio;

use crate::builder::executables;
use crate::console;
use crate::error::Error;
use crate::workspace::{Workspace, cargo};

const NAME: &str = "local";

/// Whether this program still has to be replaced.
pub const fn is_wanting() -> bool {
    cfg!(debug_assertions)
}

/// Builds the optimized program and runs it, in this process and with the same arguments.
pub async fn replace() -> Result<Infallible, Error> {
    console::say("building the stack itself, optimized …");
    let mut command = cargo();
    // Chosen as the functions are, by binary and from the root: the two builds share what both need.
    command
        .current_dir(Workspace::of(None).await?.root)
        .args(["build", "--message-format=json-render-diagnostics", "--release", "--bin", NAME])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    let output = command.output().await.map_err(Error::Cargo)?;
    if !output.status.success() {
        return Err(Error::Build);
    }
    let executable = executables(&output.stdout).remove(NAME).ok_or_else(|| Error::NoBinary(NAME.to_owned()))?;
    console::flush();
    let cause = std::process::Command::new(&executable).args(std::env::args_os().skip(1)).exec();
    Err(Error::Execute { executable, cause })
}
