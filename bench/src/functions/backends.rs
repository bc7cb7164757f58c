//! `cargo local --only backends`: the tables, queues and secrets that functions work on.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::error::Error;
use crate::world::World;

/// Variables by function.
pub type Environments = BTreeMap<String, BTreeMap<String, String>>;

/// They run until this is dropped, or this process ends: their standard input ends with it.
#[derive(Debug)]
pub struct Backends {
    _process: Child,
    program: PathBuf,
    port: String,
    data: PathBuf,
}

impl Backends {
    /// With nothing in them. Functions that call functions are sent to `invoke_api`.
    pub async fn start(world: &World, invoke_api: SocketAddr) -> Result<Self, Error> {
        let data = world.folder("functions");
        let program = world.stack();
        let mut command = Command::new(&program);
        command
            .args(["--only", "backends", "--port", "0", "--fresh", "--stop-on-stdin-close"])
            .args(["--lambda-endpoint", &format!("http://{invoke_api}"), "--data-dir"])
            .arg(&data)
            .current_dir(&world.root)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        let mut process = command.spawn().map_err(|cause| Error::Run { program: "local".to_owned(), cause })?;
        let lines = process.stdout.take().map(|output| BufReader::new(output).lines());
        let port = ready(lines).await?;
        Ok(Self { _process: process, program, port, data })
    }

    /// What each function finds in its environment. It has no key to verify tokens with: the gateway does that.
    pub fn environments(&self) -> Result<Environments, Error> {
        let path = self.data.join("functions/environment.json");
        let text = std::fs::read(&path).map_err(Error::file(&path))?;
        let mut all: Environments = serde_json::from_slice(&text).map_err(|cause| Error::Json { path, cause })?;
        for variables in all.values_mut() {
            variables.retain(|name, _| !["JWT_SECRET", "JWT_SECRET_VERSION"].contains(&name.as_str()));
        }
        Ok(all)
    }

    /// Fails if a function gave something up: it does so and says that all went well.
    pub async fn nothing_was_given_up(&self) -> Result<(), Error> {
        let listed = Command::new(&self.program).args(["dlq", "list", "--port", &self.port]).output().await;
        let listed = listed.map_err(|cause| Error::Run { program: "local".to_owned(), cause })?;
        let listed = String::from_utf8_lossy(&listed.stdout);
        match listed.lines().find(|line| !line.trim().starts_with("0 ")) {
            Some(line) => {
                Err(Error::Answer { who: "a function".to_owned(), answer: format!("that all went well, but:{line}") })
            }
            None if listed.is_empty() => Err(ended()),
            None => Ok(()),
        }
    }

    /// Where functions' logs go.
    pub fn logs(&self) -> Result<PathBuf, Error> {
        let folder = self.data.join("logs");
        std::fs::create_dir_all(&folder).map_err(Error::file(&folder))?;
        Ok(folder)
    }
}

/// Waits until they say on what port they are. What they say later is of no interest, but has to be read.
async fn ready(lines: Option<Lines<BufReader<ChildStdout>>>) -> Result<String, Error> {
    let mut lines = lines.ok_or_else(ended)?;
    while let Ok(Some(line)) = lines.next_line().await {
        let Some((url, _)) = line.split_once(" is ready ") else { continue };
        let port = url.rsplit(':').next().unwrap_or_default().to_owned();
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        return Ok(port);
    }
    Err(ended())
}

fn ended() -> Error {
    Error::Silent { who: "`cargo local --only backends`".to_owned(), what: "ended".to_owned() }
}
