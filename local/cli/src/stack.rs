//! The emulated services of one system.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use local_apigateway::RestApi;
use local_dynamodb::{DynamoDb, TtlSweeper};
use local_event_sources::{Backoff, Destination, EventSources, Services, Undelivered};
use local_iam::Iam;
use local_lambda::{Invoke, Lambda, Remote};
use local_secretsmanager::SecretsManager;
use local_sqs::{NewMessage, Sqs};
use local_template::System;

use crate::data_folder::DataFolder;
use crate::error::Error;
use crate::runner::Runner;

/// How often expired items are removed (DynamoDB takes up to some days).
const TTL_SWEEP: Duration = Duration::from_secs(30);

/// How long an invocation may take to finish when the stack stops.
const GRACE: Duration = Duration::from_secs(2);

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
    /// The readers of streams and queues, and the schedules.
    pub event_sources: EventSources,
    /// The rights of the functions' roles.
    pub iam: Iam,
    /// The functions' logical ids.
    pub functions: Vec<String>,
    /// A further name or address of this machine (`--host`).
    pub host: Option<String>,
    _ttl: TtlSweeper,
}

impl Stack {
    /// Starts all services. Functions are deployed next; event sources retry until then.
    pub async fn start(system: &System, iam: Iam, data: &DataFolder, lambda: Lambda) -> Result<Self, Error> {
        let api = system.api.as_ref().map(|_| RestApi::new(system, Arc::new(lambda.clone()))).transpose()?;
        let invoke = Arc::new(lambda.clone());
        Self::assemble(system, iam, data, invoke, Runner::Here(lambda), api, None).await
    }

    /// Starts all services but functions and API. Event sources wait until the functions can be called.
    pub async fn start_backends(
        system: &System,
        iam: Iam,
        data: &DataFolder,
        remote: Remote,
        host: Option<String>,
    ) -> Result<Self, Error> {
        let invoke = Arc::new(remote.clone());
        Self::assemble(system, iam, data, invoke, Runner::elsewhere(system, remote), None, host).await
    }

    async fn assemble(
        system: &System,
        iam: Iam,
        data: &DataFolder,
        invoke: Arc<dyn Invoke>,
        lambda: Runner,
        api: Option<RestApi>,
        host: Option<String>,
    ) -> Result<Self, Error> {
        let folder = |name| data.folder(name);
        let dynamodb = DynamoDb::open(&folder("dynamodb")?)?;
        for table in system.tables.values() {
            dynamodb.ensure_table(table).await?;
        }
        let sqs = Sqs::open(&folder("sqs")?, system.queues.values())?;
        let secrets = SecretsManager::open(&folder("secretsmanager")?, system.secrets.values())?;
        let services = Services {
            lambda: invoke,
            dynamodb: dynamodb.clone(),
            sqs: sqs.clone(),
            destination: Arc::new(Queues(sqs.clone())),
            backoff: Backoff::default(),
        };
        let event_sources = EventSources::start(system, services, &folder("event-sources")?).await?;
        let ttl = dynamodb.sweep_ttl_every(TTL_SWEEP);
        let functions = system.functions.keys().cloned().collect();
        Ok(Self { api, lambda, dynamodb, sqs, secrets, event_sources, iam, functions, host, _ttl: ttl })
    }

    /// Ends every function, and waits for the last one.
    pub async fn stop(&self) {
        self.lambda.shutdown(GRACE).await;
    }
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
