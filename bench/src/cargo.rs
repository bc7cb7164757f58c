//! Cargo, run as its user runs it.

use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::process::Command;

use crate::error::Error;
use crate::progress;

/// Cargo without the variables that `cargo run` sets for this process: build scripts depend on them, so half the build
/// would run again.
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

/// Runs cargo to build something, and gives the time it took. Cargo shows its own progress.
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
