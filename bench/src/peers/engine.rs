//! A LocalStack-compatible engine with the shop: ministack, as `localstack/engine` starts it, and what `sam` deploys there.

use std::collections::BTreeMap;
use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Value, json};

use super::built;
use crate::ask::Ask;
use crate::connection::Connection;
use crate::error::Error;
use crate::people::text;
use crate::place::Place;
use crate::progress;
use crate::stack::NO_LIMITS;
use crate::world::World;

/// What it is deployed with beside [`NO_LIMITS`]: as in `samconfig.toml`.
const PARAMETERS: [&str; 3] = ["Environment=dev", "ApiGatewayLogging=existing", "CombinedAlarms=none"];

/// How often a condition is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// How long one may take to come true: an engine that deals with fifty orders a second has got hundreds.
const PATIENCE: Duration = Duration::from_secs(180);

/// What is needed and not installed, if anything.
pub fn missing() -> Option<&'static str> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    missing_of(|tool| folders.iter().any(|folder| folder.join(tool).is_file()))
}

fn missing_of(is_installed: impl Fn(&str) -> bool) -> Option<&'static str> {
    ["sam", "ministack"].into_iter().find(|tool| !is_installed(tool))
}

/// An engine that runs, with the shop on it. It ends with this, and with the benchmark however that ends: its standard input is a pipe.
#[derive(Debug)]
pub struct Engine {
    /// Its name and version.
    pub name: String,
    /// Where it listens.
    pub address: SocketAddr,
    /// The path at which it serves the shop's API.
    pub prefix: String,
    /// What it calls the template's resources.
    names: BTreeMap<String, String>,
    process: Process,
}

/// How long an engine has to end before it is killed, and how often that is looked at.
const ENDS_WITHIN: Duration = Duration::from_secs(20);
const LOOKS_EVERY: Duration = Duration::from_millis(50);

#[derive(Debug)]
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        // It ends what it started, which takes a moment.
        let deadline = Instant::now() + ENDS_WITHIN;
        while matches!(self.0.try_wait(), Ok(None)) {
            if Instant::now() >= deadline {
                let _ = self.0.kill();
                let _ = self.0.wait();
                return;
            }
            std::thread::sleep(LOOKS_EVERY);
        }
    }
}

impl Engine {
    /// Starts one, and deploys the shop to it.
    pub async fn start(world: &World) -> Result<Self, Error> {
        let template = built::write(world)?;
        let folder = world.folder("peers");
        let log = folder.join("engine.log");
        let output = File::create(&log).map_err(Error::file(&log))?;
        let errors = output.try_clone().map_err(Error::file(&log))?;
        let failed = |cause| Error::Run { program: "localstack/engine".to_owned(), cause };
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|free| free.local_addr());
        let address = free.map_err(failed)?;
        let mut command = Command::new(world.root.join("localstack/engine"));
        command.arg("--stop-on-stdin-close").env("PORT", address.port().to_string()).current_dir(&world.root);
        // It leaves the functions' code where temporary files are.
        command.env("TMPDIR", &folder);
        // In a group of its own: Ctrl-C would reach it twice.
        command.process_group(0).stdin(Stdio::piped()).stdout(output).stderr(errors);
        let mut process = Process(command.spawn().map_err(failed)?);
        let health = wait(&format!("the engine, see {}", log.display()), async || {
            if process.0.try_wait().map_err(failed)?.is_some() {
                return Err(Error::Silent {
                    who: "the engine".to_owned(),
                    what: format!("ended, see {}", log.display()),
                });
            }
            let Ok(mut connection) = Connection::open(address).await else { return Ok(None) };
            Ok(connection.json(&Ask::get("/_localstack/health")).await.ok())
        })
        .await?;
        let name = format!("ministack {}", text(&health["version"]));

        progress::say(&format!("deploying to {name}, which takes half a minute"));
        let template = template.to_string_lossy();
        let mut deploy = vec!["deploy", "--template-file", &template, "--no-confirm-changeset", "--no-progressbar"];
        deploy.push("--parameter-overrides");
        deploy.extend(PARAMETERS);
        deploy.extend(NO_LIMITS);
        sam(&world.root, address, &deploy).await?;
        let names = names(&sam(&world.root, address, &["list", "resources", "--output", "json"]).await?)?;
        let prefix = format!("/restapis/{}/dev/_user_request_", name_of(&names, "Api")?);
        let engine = Self { name, address, prefix, names, process };
        let health = Ask::get("/health");
        wait("the shop on the engine", async || {
            Ok(engine.connect().await?.exchange(&health).await?.status.is_success().then_some(()))
        })
        .await?;
        Ok(engine)
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.process.0.id()
    }

    async fn aws(&self, target: &str, input: &Value) -> Result<Value, Error> {
        Connection::open(self.address).await?.json(&Ask::aws(target, input)).await
    }

    /// How many items a table has.
    async fn items(&self, table: &str) -> Result<u64, Error> {
        let input = json!({"TableName": name_of(&self.names, table)?});
        let described = self.aws("DynamoDB_20120810.DescribeTable", &input).await?;
        Ok(described["Table"]["ItemCount"].as_u64().unwrap_or_default())
    }

    /// How many messages all queues have, dead letters among them.
    async fn messages(&self) -> Result<u64, Error> {
        let queues = self.aws("AmazonSQS.ListQueues", &json!({})).await?;
        let mut messages = 0;
        for queue in queues["QueueUrls"].as_array().into_iter().flatten() {
            let input = json!({"QueueUrl": queue, "AttributeNames": ["All"]});
            messages += messages_of(&self.aws("AmazonSQS.GetQueueAttributes", &input).await?);
        }
        Ok(messages)
    }
}

impl Place for Engine {
    async fn connect(&self) -> Result<Connection, Error> {
        Ok(Connection::open(self.address).await?.under(&self.prefix))
    }

    async fn grant_admin(&self, id: &str) -> Result<(), Error> {
        let path = format!("/2015-03-31/functions/{}/invocations", name_of(&self.names, "GrantRoleFunction")?);
        let ask = Ask::post(&path, &json!({"id": id, "role": "admin"})).signed();
        Connection::open(self.address).await?.json(&ask).await.map(drop)
    }

    /// Streams tell nobody whether they were read to their end, so what comes last is waited for.
    async fn drained(&self) -> Result<(), Error> {
        wait("what follows from the orders", async || {
            let (users, orders) = (self.items("UsersTable").await?, self.items("OrdersTable").await?);
            let is_told = self.items("NotificationsTable").await? == notifications(users, orders);
            Ok((is_told && self.messages().await? == 0).then_some(()))
        })
        .await
    }
}

/// A welcome for each user; for an order that it was received, and what became of it.
fn notifications(users: u64, orders: u64) -> u64 {
    users + 2 * orders
}

/// Looks until there is something.
async fn wait<T>(what: &str, mut look: impl AsyncFnMut() -> Result<Option<T>, Error>) -> Result<T, Error> {
    let began = Instant::now();
    loop {
        if let Some(found) = look().await? {
            return Ok(found);
        }
        if began.elapsed() > PATIENCE {
            let late = format!("took longer than {} s", PATIENCE.as_secs());
            return Err(Error::Silent { who: what.to_owned(), what: late });
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Runs SAM for the engine and nothing else, and gives what it prints.
async fn sam(root: &Path, address: SocketAddr, arguments: &[&str]) -> Result<Vec<u8>, Error> {
    let failed = |cause| Error::Run { program: "sam".to_owned(), cause };
    let mut command = tokio::process::Command::new("bash");
    command.args(["-c", r#"endpoint=$1; shift; . localstack/environment; exec sam "$@""#, "sam"]);
    command.arg(format!("http://{address}")).args(arguments).args(["--config-env", "localstack", "--config-file"]);
    command.arg(root.join("samconfig.toml")).current_dir(root).stdin(Stdio::null()).kill_on_drop(true);
    let output = command.output().await.map_err(failed)?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned());
    Err(Error::Answer { who: "sam".to_owned(), answer: said.join("\n") })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Resource {
    logical_resource_id: String,
    physical_resource_id: String,
}

/// The resources' names, by what the template calls them, of what `sam list resources` prints.
fn names(listed: &[u8]) -> Result<BTreeMap<String, String>, Error> {
    let listed: Vec<Resource> = serde_json::from_slice(listed)
        .map_err(|cause| Error::Answer { who: "sam list resources".to_owned(), answer: cause.to_string() })?;
    Ok(listed.into_iter().map(|one| (one.logical_resource_id, one.physical_resource_id)).collect())
}

fn name_of<'a>(names: &'a BTreeMap<String, String>, resource: &str) -> Result<&'a str, Error> {
    let missing = || Error::Silent { who: "the engine".to_owned(), what: format!("has no {resource}") };
    names.get(resource).map(String::as_str).ok_or_else(missing)
}

/// The messages of a queue by its attributes: those that wait, that are being dealt with, and that are not due yet.
fn messages_of(answer: &Value) -> u64 {
    let kinds = ["", "NotVisible", "Delayed"];
    let count = |kind| text(&answer["Attributes"][format!("ApproximateNumberOfMessages{kind}")]).parse().unwrap_or(0);
    kinds.into_iter().map(count).sum::<u64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_tool_that_is_not_installed_is_named() {
        assert_eq!(missing_of(|_| true), None);
        assert_eq!(missing_of(|tool| tool != "ministack"), Some("ministack"));
        assert_eq!(missing_of(|_| false), Some("sam"));
    }

    #[test]
    fn resources_have_the_names_that_sam_lists() {
        let listed = br#"[{"LogicalResourceId": "Api", "PhysicalResourceId": "910f3d9b"}]"#;
        let names = names(listed).unwrap();
        assert_eq!(name_of(&names, "Api").unwrap(), "910f3d9b");
        assert_eq!(name_of(&names, "UsersTable").unwrap_err().to_string(), "the engine has no UsersTable");
        assert!(super::names(b"Error: no such stack").is_err());
    }

    #[test]
    fn a_queue_has_its_messages_whatever_becomes_of_them() {
        let attributes = json!({"Attributes": {
            "ApproximateNumberOfMessages": "1",
            "ApproximateNumberOfMessagesNotVisible": "20",
            "ApproximateNumberOfMessagesDelayed": "300",
        }});
        assert_eq!(messages_of(&attributes), 321);
    }

    #[test]
    fn an_order_makes_two_notifications_and_a_user_one() {
        assert_eq!(notifications(9, 100), 209);
    }
}
