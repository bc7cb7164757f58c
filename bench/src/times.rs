//! Times that a developer waits for, on the `dev` profile: the stack's start, and one changed line.
//!
//! A line is changed in a copy of the workspace, with a target folder of its own: the first time that is built, a
//! later run finds it there.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use http::Method;

use crate::ask::Ask;
use crate::cargo::cargo;
use crate::error::Error;
use crate::figures::Times;
use crate::memory;
use crate::people::Person;
use crate::progress;
use crate::stack::{self, Stack};
use crate::table::Table;
use crate::world::World;

/// The line, and what is answered before and after.
const SOURCE: &str = "functions/users/src/endpoints/verify_token.rs";
const BEFORE: &str = "Token valid";
const AFTER: &str = "Token is valid";

/// How often the handler is asked whether it is the new one.
const LOOK: Duration = Duration::from_millis(20);

/// No build of one function takes as long.
const PATIENCE: Duration = Duration::from_secs(120);

/// Measures them, all but the build for deployment.
pub async fn measure(world: &World) -> Result<Times, Error> {
    let idle = memory::idle(world).await?;
    let copy = Copy::make(world).await?;
    // The first start builds.
    progress::say("building a copy of the workspace, as a developer would");
    copy.start(&["--fresh"]).await?.stop().await?;
    let start = copy.start(&["--fresh"]).await?;
    let start_s = start.started_in.as_secs_f64();
    start.stop().await?;
    let restarted = copy.start(&[]).await?;
    let restart_s = restarted.started_in.as_secs_f64();
    let changed_line_s = copy.changed_line(&restarted).await?.as_secs_f64();
    restarted.stop().await?;
    Ok(Times {
        release_build_s: None,
        start_s,
        restart_s,
        changed_line_s,
        idle_bytes: idle.bytes,
        idle_functions_bytes: idle.functions_bytes,
    })
}

/// A copy of the workspace.
struct Copy<'a> {
    world: &'a World,
    root: std::path::PathBuf,
}

impl<'a> Copy<'a> {
    /// Copies what is not built, with its times: cargo builds again only what differs.
    async fn make(world: &'a World) -> Result<Self, Error> {
        let root = world.folder("workspace");
        stack::remove(&root)?;
        fs::create_dir_all(&root).map_err(Error::file(&root))?;
        for entry in fs::read_dir(&world.root).map_err(Error::file(&world.root))? {
            let path = entry.map_err(Error::file(&world.root))?.path();
            if path == world.target || path.ends_with(".git") || path.ends_with("target") {
                continue;
            }
            let mut copying = tokio::process::Command::new("cp");
            copying.arg("-pR").arg(&path).arg(&root);
            let status = copying.status().await.map_err(|cause| Error::Run { program: "cp".to_owned(), cause })?;
            if !status.success() {
                return Err(Error::Build(format!("a copy of {}", path.display())));
            }
        }
        Ok(Self { world, root })
    }

    /// `cargo local`
    async fn start(&self, more: &[&str]) -> Result<Stack, Error> {
        let folder = self.world.folder("developer");
        let mut command: Command = cargo().into_std();
        command.current_dir(&self.root).env("CARGO_TARGET_DIR", self.world.folder("workspace-target"));
        command.args(["local", "--stop-on-stdin-close", "--port", "0", "--data-dir"]).arg(&folder).args(more);
        Stack::serve(command, folder).await
    }

    /// Changes the line, and waits until it is served.
    async fn changed_line(&self, stack: &Stack) -> Result<Duration, Error> {
        let person = Person::register(stack, "developer").await?;
        let ask = Ask::new(Method::POST, "/api/users/auth/verify").token(&person.token);
        let mut connection = stack.connect().await?;
        expect(&connection.send(&ask).await?.body, BEFORE)?;
        change(&self.root.join(SOURCE))?;
        let saved = Instant::now();
        loop {
            let answer = connection.send(&ask).await?;
            if expect(&answer.body, AFTER).is_ok() {
                return Ok(saved.elapsed());
            }
            if saved.elapsed() > PATIENCE {
                return Err(answer.unexpected(&ask));
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

fn change(source: &Path) -> Result<(), Error> {
    let text = fs::read_to_string(source).map_err(Error::file(source))?;
    fs::write(source, text.replace(BEFORE, AFTER)).map_err(Error::file(source))
}

fn expect(body: &[u8], message: &str) -> Result<(), Error> {
    let body = String::from_utf8_lossy(body);
    if body.contains(&format!("\"{message}\"")) {
        return Ok(());
    }
    Err(Error::Answer { who: "verify-token".to_owned(), answer: body.into_owned() })
}

/// Shows them.
pub fn table(times: &Times) -> Table {
    let mut table = Table::new("What a developer waits for, and what it takes", ["", ""]);
    let mut seconds = |name: &str, time: f64| table.row([name.to_owned(), format!("{time:.1} s")]);
    if let Some(time) = times.release_build_s {
        seconds("build of all functions for deployment, from nothing", time);
    }
    seconds("start on a new data folder", times.start_s);
    seconds("start on a kept one", times.restart_s);
    seconds("a changed line until it is served", times.changed_line_s);
    let mut megabytes = |name: &str, bytes: u64| table.row([name.to_owned(), format!("{:.0} MB", bytes as f64 / 1e6)]);
    megabytes("memory with an instance of every function", times.idle_bytes);
    megabytes("of it, the functions'", times.idle_functions_bytes);
    table
}
