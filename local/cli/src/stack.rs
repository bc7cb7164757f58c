//! The emulated services of one system.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use local_apigateway::RestApi;
use local_dynamodb::{DynamoDb, TtlSweeper};
use local_event_sources::{Backoff, Destination, EventSources, Services, Undelivered};
use local_iam::Iam;
use local_lambda::{Invoke, Lambda, Remote};
use local_logs::Logs;
use local_secretsmanager::SecretsManager;
use local_ses::Ses;
use local_sqs::{NewMessage, Sqs};
use local_stories::{Recorder, Tables};
use local_template::{System, Table};
use time::OffsetDateTime;
use time::macros::format_description;

use crate::data_folder::DataFolder;
use crate::error::Error;
use crate::held::Held;
use crate::runner::Runner;
use crate::services::Kept;

/// How often expired items are removed (DynamoDB takes up to some days).
const TTL_SWEEP: Duration = Duration::from_secs(30);

/// How long an invocation may take to finish when the stack stops.
const GRACE: Duration = Duration::from_secs(2);

/// Where a stack is to be found.
#[derive(Debug, Clone)]
pub struct About {
    /// The URL of its port.
    pub url: String,
    /// Its data folder.
    pub data_folder: PathBuf,
    /// The template that it runs.
    pub template: PathBuf,
    /// Whether it serves the description of its API.
    pub has_docs: bool,
    /// A further name or address of this machine (`--host`).
    pub host: Option<String>,
}

/// The services that the template needs.
pub struct Stack {
    /// The REST API, if the template has one and it is served here.
    pub api: Option<RestApi>,
    /// The functions.
    pub lambda: Runner,
    /// The tables.
    pub dynamodb: DynamoDb,
    /// The queues.
    pub sqs: Sqs,
    /// The secrets.
    pub secrets: SecretsManager,
    /// The mails that were sent.
    pub ses: Ses,
    /// The readers of streams and queues, and the schedules.
    pub event_sources: EventSources,
    /// The rights of the functions' roles.
    pub iam: Arc<Iam>,
    /// Where it is to be found.
    pub about: About,
    /// The newest lines of the functions' logs.
    pub logs: Logs,
    /// What the template describes.
    pub system: Arc<System>,
    /// The stories of the calls from outside.
    pub stories: Recorder,
    /// When the services were started.
    pub started: OffsetDateTime,
    /// The functions' logical ids.
    pub functions: Vec<String>,
    /// A further name or address of this machine (`--host`).
    pub host: Option<String>,
    ttl: TtlSweeper,
}

impl Stack {
    /// Starts all services. Functions are deployed next; event sources retry until then.
    pub async fn start(
        system: &System,
        iam: Arc<Iam>,
        data: &DataFolder,
        lambda: Lambda,
        logs: Logs,
        about: About,
        stories: Recorder,
    ) -> Result<Self, Error> {
        let api = system.api.as_ref().map(|_| RestApi::new(system, Arc::new(lambda.clone()))).transpose()?;
        let api = api.map(|api| api.with_stories(stories.clone()));
        let invoke = Arc::new(lambda.clone());
        let stack = Self::assemble(system, iam, data, invoke, Runner::Here(lambda), api, about, stories).await?;
        Ok(Self { logs, ..stack })
    }

    /// Starts all services but functions and API. Event sources wait until the functions can be called.
    pub async fn start_backends(
        system: &System,
        iam: Arc<Iam>,
        data: &DataFolder,
        remote: Remote,
        about: About,
    ) -> Result<Self, Error> {
        let invoke = Arc::new(remote.clone());
        Self::assemble(system, iam, data, invoke, Runner::elsewhere(system, remote), None, about, Recorder::default())
            .await
    }

    #[expect(clippy::too_many_arguments, reason = "what differs between the two ways to start")]
    async fn assemble(
        system: &System,
        iam: Arc<Iam>,
        data: &DataFolder,
        invoke: Arc<dyn Invoke>,
        lambda: Runner,
        api: Option<RestApi>,
        about: About,
        stories: Recorder,
    ) -> Result<Self, Error> {
        let Kept { dynamodb, sqs, secrets, ses } = Kept::open(system, data.path()).await?;
        let services = Services {
            lambda: invoke,
            dynamodb: dynamodb.clone(),
            sqs: sqs.clone(),
            destination: Arc::new(Queues(sqs.clone())),
            stories: stories.clone(),
            backoff: Backoff::default(),
        };
        let event_sources = EventSources::start(system, services, &data.folder("event-sources")?).await?;
        let ttl = dynamodb.sweep_ttl_every(TTL_SWEEP);
        Ok(Self {
            api,
            lambda,
            dynamodb,
            sqs,
            secrets,
            ses,
            event_sources,
            iam,
            // Functions that run elsewhere write their lines there.
            logs: Logs::new([], local_logs::Limits::default()),
            system: Arc::new(system.clone()),
            stories,
            started: OffsetDateTime::now_utc(),
            functions: system.functions.keys().cloned().collect(),
            host: about.host.clone(),
            about,
            ttl,
        })
    }

    /// When the services were started, as RFC 3339 has it: `2026-01-31T12:00:00.000Z`.
    pub fn started(&self) -> String {
        let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
        self.started.format(format).unwrap_or_default()
    }

    /// The same in seconds since 1970.
    pub fn started_seconds(&self) -> i64 {
        self.started.unix_timestamp()
    }

    /// Whether the API has a route that answers `GET /`.
    pub fn has_root_route(&self) -> bool {
        let mut routes = self.system.api.iter().flat_map(|api| &api.routes);
        routes.any(|route| route.path == "/" && matches!(route.method.as_str(), "GET" | "ANY"))
    }

    /// Ends every function, and waits for the last one.
    pub async fn stop(&self) {
        self.lambda.shutdown(GRACE).await;
    }

    /// Ends the event sources and every function, and waits for the last one. The services go on.
    pub async fn end_functions(&self) {
        self.event_sources.stop().await;
        self.stop().await;
    }

    /// Closes the services: nothing of the data folder is used any more.
    pub async fn close(&self) {
        self.ttl.stop();
        let Self { dynamodb, sqs, secrets, ses, .. } = self;
        Kept { dynamodb: dynamodb.clone(), sqs: sqs.clone(), secrets: secrets.clone(), ses: ses.clone() }.close().await;
    }

    /// Holds everything that is written, at one moment.
    pub async fn hold(&self) -> Result<Held, Error> {
        Held::of(self).await
    }
}

/// A recorder of the stories of a system's calls.
pub fn recorder(system: &System) -> Recorder {
    Recorder::new(local_stories::Limits::default(), keys(system))
}

/// The attributes of each table's key.
fn keys(system: &System) -> Tables {
    let names = |table: &Table| {
        let schema = table.definition["KeySchema"].as_array().into_iter().flatten();
        schema.filter_map(|part| part["AttributeName"].as_str()).map(str::to_owned).collect()
    };
    system.tables.values().map(|table| (table.name.clone(), names(table))).collect()
}

/// The queues as on-failure destinations of event sources.
struct Queues(Sqs);

impl Destination for Queues {
    fn send<'a>(&'a self, arn: &'a str, body: String) -> BoxFuture<'a, Result<(), Undelivered>> {
        async move {
            let sent = self.0.send(arn, NewMessage::new(body)).await;
            sent.map(drop).map_err(|error| Undelivered(error.to_string()))
        }
        .boxed()
    }
}
