//! The services of one system, running.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use local_apigateway::RestApi;
use local_dynamodb::{DynamoDb, TtlSweeper};
use local_event_sources::{Backoff, Destination, EventSources, Services, Undelivered};
use local_iam::Iam;
use local_lambda::{Lambda, Options, Reaper};
use local_secretsmanager::SecretsManager;
use local_sqs::{NewMessage, Sqs};
use template::System;

use crate::data_folder::DataFolder;
use crate::error::Error;
use crate::log_files::LogFiles;

/// How often items past their time to live are removed (DynamoDB takes up to some days).
const TTL_SWEEP: Duration = Duration::from_secs(30);

/// What an invocation under way gets to finish in.
const GRACE: Duration = Duration::from_secs(2);

/// Everything the template describes.
pub struct Stack {
    pub api: RestApi,
    pub lambda: Lambda,
    pub dynamodb: DynamoDb,
    pub sqs: Sqs,
    pub secrets: SecretsManager,
    pub event_sources: EventSources,
    pub iam: Iam,
    _ttl: TtlSweeper,
}

impl Stack {
    /// Starts all services; functions are deployed next. Event sources retry until then.
    pub async fn start(
        system: &System,
        iam: Iam,
        data: &DataFolder,
        endpoint_url: String,
        log: LogFiles,
        reaper: Reaper,
    ) -> Result<Self, Error> {
        let folder = |name| data.folder(name);
        let dynamodb = DynamoDb::open(&folder("dynamodb")?)?;
        for table in system.tables.values() {
            dynamodb.ensure_table(table).await?;
        }
        let sqs = Sqs::open(&folder("sqs")?, system.queues.values())?;
        let secrets = SecretsManager::open(&folder("secretsmanager")?, system.secrets.values())?;
        let lambda = Lambda::start(Options {
            region: system.region.clone(),
            endpoint_url: Some(endpoint_url),
            environment: BTreeMap::new(),
            log: Arc::new(log),
            reaper: Some(reaper),
            ..Options::default()
        })
        .await
        .map_err(Error::Start)?;
        let api = RestApi::new(system, Arc::new(lambda.clone()))?;
        let services = Services {
            lambda: Arc::new(lambda.clone()),
            dynamodb: dynamodb.clone(),
            sqs: sqs.clone(),
            destination: Arc::new(Queues(sqs.clone())),
            backoff: Backoff::default(),
        };
        let event_sources = EventSources::start(system, services, &folder("event-sources")?).await?;
        let ttl = dynamodb.sweep_ttl_every(TTL_SWEEP);
        Ok(Self { api, lambda, dynamodb, sqs, secrets, event_sources, iam, _ttl: ttl })
    }

    /// Ends every function and waits for the last.
    pub async fn stop(&self) {
        self.lambda.shutdown(GRACE).await;
    }
}

/// The queues, as the place where event sources send what they give up on.
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
