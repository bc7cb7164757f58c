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
    data: PathBuf,
}

impl Backends {
    /// With nothing in them. Functions that call functions are sent to `invoke_api`.
    pub async fn start(world: &World, invoke_api: SocketAddr) -> Result<Self, Error> {
        let data = world.folder("functions");
        let mut command = Command::new(world.tool("local"));
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
        ready(lines).await?;
        Ok(Self { _process: process, data })
    }

    /// What each function finds in its environment. It has no key to verify tokens with: the gateway does that.
    pub fn environments(&self) -> Result<Environments, Error> {
        let path = self.data.join("functions/environment.json");
        let text = std::fs::read(&path).map_err(Error::file(&path))?;
        let mut all: Environments = serde_json::from_slice(&text).map_err(|cause| Error::Json { path, cause })?;
        for variables in all.values_mut() {
            variables.retain(|name, _| !["JWT_KEY", "JWT_KEY_ID"].contains(&name.as_str()));
        }
        Ok(all)
    }

    /// Where functions' logs go.
    pub fn logs(&self) -> Result<PathBuf, Error> {
        let folder = self.data.join("logs");
        std::fs::create_dir_all(&folder).map_err(Error::file(&folder))?;
        Ok(folder)
    }
}

/// Waits until they say so; what they say later is of no interest, but has to be read.
async fn ready(lines: Option<Lines<BufReader<ChildStdout>>>) -> Result<(), Error> {
    let ended = || Error::Silent { who: "`cargo local --only backends`".to_owned(), what: "ended".to_owned() };
    let mut lines = lines.ok_or_else(ended)?;
    while let Ok(Some(line)) = lines.next_line().await {
        if line.contains(" is ready ") {
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Ok(());
        }
    }
    Err(ended())
}
