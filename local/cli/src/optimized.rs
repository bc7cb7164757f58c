//! `--release`: builds this program optimized as well, and replaces the running one by it.

use std::convert::Infallible;
use std::os::unix::process::CommandExt;
use std::process::Stdio;

use crate::builder::executables;
use crate::console;
use crate::error::Error;
use crate::workspace::{Workspace, cargo};

const NAME: &str = "local";

/// Whether this program is not optimized.
pub const fn is_needed() -> bool {
    cfg!(debug_assertions)
}

/// Builds the optimized program and runs it in this process, with the same arguments.
///
/// # Errors
/// It does not build, or can't be executed.
pub async fn replace() -> Result<Infallible, Error> {
    console::say("building the stack itself, optimized …");
    let workspace = Workspace::of(None).await?;
    let mut command = cargo();
    // Selected like the functions, by binary and from the root, so that both builds share their dependencies.
    command
        .current_dir(&workspace.root)
        .args(["build", "--message-format=json-render-diagnostics", "--bin", NAME])
        .args(["--profile", workspace.optimized_profile()?])
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
