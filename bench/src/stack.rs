//! A `cargo local` to measure: on a free port and a data folder of its own, with the functions of the world's profile.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use http::Method;
use serde_json::{Value, json};

use crate::ask::Ask;
use crate::connection::Connection;
use crate::error::Error;
use crate::place::Place;
use crate::world::World;

/// Limits that no machine meets: those of the stage are AWS's to keep, and would be all that is measured, and every user of a
/// benchmark comes from one source.
pub const NO_LIMITS: [&str; 11] = [
    "ThrottlingRateLimit=1000000",
    "ThrottlingBurstLimit=1000000",
    "PasswordRateLimit=1000000",
    "PasswordBurstLimit=1000000",
    "HealthRateLimit=1000000",
    "HealthBurstLimit=1000000",
    "TokenRateLimit=1000000",
    "TokenBurstLimit=1000000",
    "FailedLoginsPerSource=99999",
    "RegistrationsPerSource=99999",
    "ResetRequestsPerSource=99999",
];

/// A stack that runs. It ends with this, and with the benchmark however that ends: its standard input is a pipe.
#[derive(Debug)]
pub struct Stack {
    /// Where it listens.
    pub address: SocketAddr,
    /// Where it keeps its data.
    pub folder: PathBuf,
    /// How long it took until it was ready.
    pub started_in: Duration,
    child: Child,
}

impl Stack {
    /// Starts an empty stack.
    pub async fn start(world: &World, name: &str) -> Result<Self, Error> {
        Self::start_with(world, name, &[]).await
    }

    /// Starts an empty stack with more arguments.
    pub async fn start_with(world: &World, name: &str, more: &[&str]) -> Result<Self, Error> {
        let folder = world.folder(name);
        Self::serve(command(world, &folder, &[&["--fresh"], more].concat()), folder).await
    }

    /// Starts a stack on the data of one that was stopped.
    pub async fn restart(world: &World, folder: PathBuf) -> Result<Self, Error> {
        Self::serve(command(world, &folder, &[]), folder).await
    }

    /// Starts this command, which ends when its standard input does, and waits until it says that it is ready.
    pub async fn serve(mut command: Command, folder: PathBuf) -> Result<Self, Error> {
        let began = Instant::now();
        let failed = |cause| Error::Run { program: "local".to_owned(), cause };
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(failed)?;
        let output = child.stdout.take().ok_or_else(|| failed(io::ErrorKind::BrokenPipe.into()))?;
        let port = tokio::task::spawn_blocking(|| ready(output)).await.map_err(|cause| failed(cause.into()))?;
        let port = port.map_err(|cause| Error::Silent {
            who: "the local stack".to_owned(),
            what: format!("ended before it was ready: {cause}"),
        })?;
        let address = (Ipv4Addr::LOCALHOST, port).into();
        Ok(Self { address, folder, started_in: began.elapsed(), child })
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Stops it, and gives the folder of its data.
    pub async fn stop(self) -> Result<PathBuf, Error> {
        let folder = self.folder.clone();
        let stopped = tokio::task::spawn_blocking(move || drop(self));
        stopped.await.map_err(|cause| Error::Run { program: "local".to_owned(), cause: cause.into() })?;
        Ok(folder)
    }

    /// A connection to it.
    pub async fn connect(&self) -> Result<Connection, Error> {
        Connection::open(self.address).await
    }

    /// Asks the stack itself: a control under `/_local/`.
    pub async fn control(&self, method: Method, path: &str) -> Result<Value, Error> {
        self.connect().await?.json(&Ask::control(method, path)).await
    }

    /// Waits until every event is dealt with.
    pub async fn drained(&self) -> Result<(), Error> {
        self.control(Method::POST, "event-sources/drain").await.map(drop)
    }

    /// Calls an AWS service: `DynamoDB_20120810.Scan`.
    pub async fn aws(&self, target: &str, input: &Value) -> Result<Value, Error> {
        self.connect().await?.json(&Ask::aws(target, input)).await
    }

    /// Invokes a function. An error of its own is an answer too.
    pub async fn invoke(&self, function: &str, payload: &Value) -> Result<Value, Error> {
        let ask = Ask::post(&format!("/2015-03-31/functions/{function}/invocations"), payload);
        self.connect().await?.json(&ask.signed()).await
    }
}

impl Place for Stack {
    async fn connect(&self) -> Result<Connection, Error> {
        Self::connect(self).await
    }

    async fn grant_admin(&self, id: &str) -> Result<(), Error> {
        self.invoke("GrantRoleFunction", &json!({"id": id, "role": "admin"})).await.map(drop)
    }

    async fn drained(&self) -> Result<(), Error> {
        Self::drained(self).await
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

fn command(world: &World, folder: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(world.stack());
    command.current_dir(&world.root).args(["--stop-on-stdin-close", "--port", "0", "--no-demo", "--no-build"]);
    command.args(["--profile", &world.profile, "--data-dir"]).arg(folder).args(more);
    command.arg("--parameter-overrides").args(NO_LIMITS);
    command
}

/// Reads what it prints until it says where it is, and leaves the rest to a thread that throws it away.
fn ready(output: ChildStdout) -> io::Result<u16> {
    let mut output = BufReader::new(output);
    let mut line = String::new();
    while output.read_line(&mut line)? > 0 {
        if let Some(port) = port(&line) {
            let mut rest = output.into_inner();
            let mut nowhere = File::options().write(true).open("/dev/null")?;
            std::thread::spawn(move || io::copy(&mut rest, &mut nowhere));
            return Ok(port);
        }
        line.clear();
    }
    Err(io::ErrorKind::UnexpectedEof.into())
}

/// `  http://127.0.0.1:PORT is ready (500 ms). …`
fn port(line: &str) -> Option<u16> {
    let (url, _) = line.trim_start().split_once(" is ready ")?;
    url.strip_prefix("http://127.0.0.1:")?.parse().ok()
}

/// Removes a folder, if it is there.
pub fn remove(folder: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(folder) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(Error::file(folder)(cause)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_stack_tells_its_port() {
        assert_eq!(super::port("  http://127.0.0.1:4123 is ready (0.5 s). Ctrl-C stops it\n"), Some(4123));
        assert_eq!(super::port("building 33 functions …\n"), None);
    }
}
