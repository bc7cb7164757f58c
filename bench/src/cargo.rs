//! Building with cargo what is measured.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::process::Command;

use crate::error::Error;
use crate::progress;
use crate::world::{STACK, TOOLS, World};

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

/// Builds all functions and the stack they run on.
pub async fn build(world: &World) -> Result<(), Error> {
    let mut functions = world.binaries();
    if world.profile == TOOLS {
        functions.insert(STACK);
        return binaries(world, functions, TOOLS, &world.target, "all functions and the local stack").await.map(drop);
    }
    binaries(world, functions, &world.profile, &world.target, "all functions").await?;
    build_stack(world).await
}

/// Builds the stack alone.
pub async fn build_stack(world: &World) -> Result<(), Error> {
    binaries(world, [STACK].into(), TOOLS, &world.target, "the local stack").await.map(drop)
}

/// Builds all functions from nothing, in a folder of their own, and tells how long that took.
pub async fn build_from_nothing(world: &World) -> Result<Duration, Error> {
    let target = world.folder("clean");
    match std::fs::remove_dir_all(&target) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::file(target)(error)),
        _ => binaries(world, world.binaries(), &world.profile, &target, "all functions, from nothing").await,
    }
}

/// By binary and from the root, as this program was: what cargo builds for one of them serves the others.
async fn binaries(
    world: &World,
    names: BTreeSet<&str>,
    profile: &str,
    target: &Path,
    what: &str,
) -> Result<Duration, Error> {
    let mut command = cargo();
    command.args(["build", "--profile", profile, "--target-dir"]).arg(target);
    command.args(names.into_iter().flat_map(|name| ["--bin", name])).current_dir(&world.root);
    run(command, what).await
}

/// Cargo shows its own progress.
pub async fn run(mut command: Command, what: &str) -> Result<Duration, Error> {
    progress::say(&format!("building {what}"));
    let started = Instant::now();
    let status = command.stdin(Stdio::null()).status().await;
    if !status.map_err(|cause| Error::Run { program: "cargo".to_owned(), cause })?.success() {
        return Err(Error::Build(what.to_owned()));
    }
    let took = started.elapsed();
    progress::say(&format!("built in {:.0} s", took.as_secs_f64()));
    Ok(took)
}
