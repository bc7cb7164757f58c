//! `cargo local --only backends`: the tables, queues and secrets that functions work on.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::Stdio;

use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::ask::Ask;
use crate::connection::Connection;
use crate::error::Error;
use crate::people::mailed_token;
use crate::stack::NO_LIMITS;
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

/// A queue for dead letters, and how many messages it has.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeadLetters {
    name: String,
    visible: u64,
    in_flight: u64,
    delayed: u64,
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
            .arg("--parameter-overrides")
            .args(NO_LIMITS)
            .current_dir(&world.root)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        let mut process = command.spawn().map_err(|cause| Error::Run { program: "local".to_owned(), cause })?;
        let lines = process.stdout.take().map(|output| BufReader::new(output).lines());
        let port = ready(lines).await?;
        Ok(Self { _process: process, program, port, data })
    }

    /// What each function finds in its environment. It verifies no tokens: the gateway does that.
    pub fn environments(&self) -> Result<Environments, Error> {
        let path = self.data.join("functions/environment.json");
        let text = std::fs::read(&path).map_err(Error::file(&path))?;
        let mut all: Environments = serde_json::from_slice(&text).map_err(|cause| Error::Json { path, cause })?;
        for variables in all.values_mut() {
            variables.remove("JWKS_URL");
        }
        Ok(all)
    }

    /// Fails if a function gave something up: it does so and says that all went well.
    pub async fn nothing_was_given_up(&self) -> Result<(), Error> {
        let mut command = Command::new(&self.program);
        let listed = command.args(["dlq", "list", "--json", "--port", &self.port]).output().await;
        let listed = listed.map_err(|cause| Error::Run { program: "local".to_owned(), cause })?;
        let queues: Vec<DeadLetters> = serde_json::from_slice(&listed.stdout).map_err(|_| ended())?;
        match queues.iter().find(|queue| queue.visible + queue.in_flight + queue.delayed > 0) {
            Some(DeadLetters { name, .. }) => {
                let answer = format!("that all went well, but there are dead letters in {name}");
                Err(Error::Answer { who: "a function".to_owned(), answer })
            }
            None => Ok(()),
        }
    }

    /// The token in the newest mail to this address.
    pub async fn token_mailed_to(&self, email: &str) -> Result<String, Error> {
        let mails = self.connect().await?.json(&Ask::control(Method::GET, "mails")).await?;
        mailed_token(&mails, email)
    }

    /// The event of a mail that was asked for. The table of mails has its request, with the address, and that of users' events
    /// has the event.
    pub async fn mail_requested(&self, mails: &str, events: &str, email: &str) -> Result<Value, Error> {
        let mut scan = json!({
            "TableName": mails, "FilterExpression": "email = :email", "ExpressionAttributeValues": {":email": {"S": email}},
        });
        let mut connection = self.connect().await?;
        loop {
            let page = connection.json(&Ask::aws("DynamoDB_20120810.Scan", &scan)).await?;
            if let Some(request) = page.pointer("/Items/0") {
                let id = request["id"]["S"].as_str().unwrap_or_default();
                let key = json!({"userId": request["owner"], "eventId": {"S": id.trim_start_matches("request#")}});
                let get = Ask::aws("DynamoDB_20120810.GetItem", &json!({"TableName": events, "Key": key}));
                return Ok(plain(&connection.json(&get).await?["Item"]["event"]));
            }
            scan["ExclusiveStartKey"] = page["LastEvaluatedKey"].clone();
            if scan["ExclusiveStartKey"].is_null() {
                return Err(Error::Silent { who: mails.to_owned(), what: format!("asks for no mail to {email}") });
            }
        }
    }

    async fn connect(&self) -> Result<Connection, Error> {
        let port = self.port.parse().map_err(|_| ended())?;
        Connection::open(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await
    }

    /// Where functions' logs go.
    pub fn logs(&self) -> Result<PathBuf, Error> {
        let folder = self.data.join("logs");
        std::fs::create_dir_all(&folder).map_err(Error::file(&folder))?;
        Ok(folder)
    }
}

/// An attribute value of texts and maps, without its types.
fn plain(value: &Value) -> Value {
    match &value["M"] {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), plain(value))).collect(),
        _ => value["S"].clone(),
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
