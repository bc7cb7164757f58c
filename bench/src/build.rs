//! Building what is measured.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use crate::cargo::{cargo, run};
use crate::error::Error;
use crate::world::{STACK, TOOLS, World};

/// Builds all functions and the stack they run on.
pub async fn all(world: &World) -> Result<(), Error> {
    let mut functions = world.binaries();
    if world.profile == TOOLS {
        functions.insert(STACK);
        return binaries(world, functions, TOOLS, &world.target, "all functions and the local stack").await.map(drop);
    }
    binaries(world, functions, &world.profile, &world.target, "all functions").await?;
    stack(world).await
}

/// Builds the stack alone.
pub async fn stack(world: &World) -> Result<(), Error> {
    binaries(world, [STACK].into(), TOOLS, &world.target, "the local stack").await.map(drop)
}

/// Builds all functions from nothing, in a folder of their own, and tells how long that took.
pub async fn from_nothing(world: &World) -> Result<Duration, Error> {
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
