//! Building with cargo what is measured.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::process::Command;

use crate::error::Error;
use crate::progress;
use crate::world::{TOOLS, World};

/// A cargo with the environment its user gave it. What `cargo run` adds for the program it runs would make build
/// scripts that look at it run again, and with them half the build.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let Some(text) = name.to_str() else { continue };
        let added = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"];
        if added.iter().any(|prefix| text.starts_with(prefix)) || text == "OUT_DIR" {
            command.env_remove(name);
        }
    }
    command.kill_on_drop(true);
    command
}

/// Builds all functions, as they are deployed.
pub async fn build_functions(world: &World) -> Result<(), Error> {
    functions(world, &world.target).await.map(|_| ())
}

/// Builds the stack they run on.
pub async fn build_stack(world: &World) -> Result<(), Error> {
    let mut command = cargo();
    command.args(["build", "--package", "local", "--profile", TOOLS]).current_dir(&world.root);
    run(command, "the local stack").await.map(|_| ())
}

/// Builds all functions from nothing, in a folder of their own, and tells how long that took.
pub async fn build_from_nothing(world: &World) -> Result<Duration, Error> {
    let target = world.folder("clean");
    match std::fs::remove_dir_all(&target) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::file(target)(error)),
        _ => functions(world, &target).await,
    }
}

async fn functions(world: &World, target: &Path) -> Result<Duration, Error> {
    let mut command = cargo();
    command.args(["build", "--profile", &world.profile, "--target-dir"]).arg(target);
    command.args(world.binaries().into_iter().flat_map(|binary| ["--bin", binary])).current_dir(&world.root);
    run(command, "functions").await
}

/// Cargo shows its own progress.
pub async fn run(mut command: Command, what: &str) -> Result<Duration, Error> {
    progress::say(&format!("building {what}"));
    let started = Instant::now();
    let status = command.stdin(Stdio::null()).status().await;
    match status.map_err(|cause| Error::Run { program: "cargo".to_owned(), cause })?.success() {
        true => Ok(started.elapsed()),
        false => Err(Error::Build(what.to_owned())),
    }
}
