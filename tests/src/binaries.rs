//! The workspace's binaries, built once for each test process, with the profile that the tests were built with.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::setup::workspace;

/// Set when the binaries are built already: by another CI job, or by an editor.
const BUILT: &str = "E2E_NO_BUILD";

/// The folder of the built binaries: `target/debug`.
pub(crate) fn folder() -> &'static Path {
    static FOLDER: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        // This is `target/PROFILE/deps/e2e-HASH`.
        let own = std::env::current_exe().unwrap();
        let folder = own.ancestors().nth(2).unwrap();
        if std::env::var_os(BUILT).is_none() {
            build(folder.file_name().unwrap().to_str().unwrap())?;
        }
        Ok(folder.to_owned())
    });
    folder.as_ref().unwrap_or_else(|output| panic!("the binaries do not build:\n{output}"))
}

/// One of the binaries, built.
pub async fn executable(name: &str) -> PathBuf {
    tokio::task::spawn_blocking(folder).await.unwrap().join(name)
}

/// Builds them; cargo's output is the error.
fn build(folder: &str) -> Result<(), String> {
    let profile = if folder == "debug" { "dev" } else { folder };
    let mut command = cargo();
    command.current_dir(workspace()).args(["build", "--workspace", "--bins", "--profile", profile]);
    let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut output = String::new();
    let mut compiles = false;
    for line in BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok) {
        output.push_str(&line);
        output.push('\n');
        compiles |= line.trim_start().starts_with("Compiling");
        if compiles {
            // Past the test harness, which would keep it until the end: minutes may go by.
            let _ = writeln!(std::io::stderr(), "{line}");
        }
    }
    if child.wait().unwrap().success() { Ok(()) } else { Err(output) }
}

/// Cargo without the variables that `cargo test` sets for this process: build scripts depend on them, so half the build
/// would run again.
fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let added = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_", "OUT_DIR"];
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| added.iter().any(|prefix| name.starts_with(prefix))) {
            command.env_remove(name);
        }
    }
    command
}
