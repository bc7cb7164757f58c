//! The tables of a template.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials};
use aws_smithy_async::rt::sleep::TokioSleep;
use local_dynamodb::{Controls, DynamoDb, Sequence};
use local_template::System;
use serde_json::{Value, json};

use crate::connector::http_client;
use crate::remote::{REGION, Remote};

const TEMPLATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml");

/// A test's own tables, empty at first.
pub struct Tables {
    engine: Engine,
    system: System,
}

/// What keeps the tables.
enum Engine {
    /// In this process, in a folder that is removed when this is dropped.
    Embedded { dynamodb: DynamoDb, _folder: tempfile::TempDir },
    /// The engine that `DYNAMODB_ENDPOINT_URL` names.
    Remote(Remote),
}

impl Tables {
    /// The tables of `template.yaml` at the workspace's root. A table's name is its logical id.
    ///
    /// # Panics
    /// The template can't be read.
    pub async fn of_template() -> Self {
        Self::of(Path::new(TEMPLATE)).await
    }

    /// The tables of the template at `path`.
    ///
    /// # Panics
    /// As [`Tables::of_template`].
    pub async fn of(path: &Path) -> Self {
        let system = System::read(path, &BTreeMap::new()).expect("a template");
        let engine = Remote::named().map_or_else(Engine::embedded, Engine::Remote);
        for table in system.tables.values() {
            match &engine {
                Engine::Embedded { dynamodb, .. } => dynamodb.ensure_table(table).await.expect("a table"),
                Engine::Remote(remote) => remote.create(table).await,
            }
        }
        Self { engine, system }
    }

    /// An SDK client with as many attempts as functions have, and the same pauses between them.
    pub fn client(&self) -> Client {
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(REGION)
            .sleep_impl(TokioSleep::new())
            .retry_config(RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(25)));
        let config = match &self.engine {
            Engine::Embedded { dynamodb, .. } => {
                let dynamodb = dynamodb.clone();
                config
                    .credentials_provider(Credentials::new("test", "test", None, None, "test"))
                    .endpoint_url("http://localhost")
                    .http_client(http_client(move |request| {
                        let dynamodb = dynamodb.clone();
                        async move { dynamodb.handle(None, request).await }
                    }))
            }
            Engine::Remote(remote) => {
                let remote = remote.clone();
                config.credentials_provider(remote.credentials()).endpoint_url(remote.url()).http_client(http_client(
                    move |request| {
                        let remote = remote.clone();
                        async move { remote.handle(request).await }
                    },
                ))
            }
        };
        Client::from_conf(config.build())
    }

    /// Injects faults, counts calls and tells of writes, whichever engine keeps the tables.
    pub fn dynamodb(&self) -> &Controls {
        match &self.engine {
            Engine::Embedded { dynamodb, .. } => dynamodb.controls(),
            Engine::Remote(remote) => remote.controls(),
        }
    }

    /// Whether capacity units are counted: those of another engine are not.
    pub fn counts_units(&self) -> bool {
        matches!(self.engine, Engine::Embedded { .. })
    }

    /// The event for a function that reads this table's stream, with all records since the table's first write.
    ///
    /// # Panics
    /// The table has no stream.
    pub async fn stream_event(&self, table: &str) -> Value {
        let table = &self.system.tables[table];
        let records: Vec<Value> = match &self.engine {
            Engine::Embedded { dynamodb, .. } => {
                let reader = dynamodb.stream(table).expect("a stream");
                let records = reader.read_after(Sequence::default(), usize::MAX).await.expect("records");
                records.iter().map(|record| serde_json::from_str(&record.event).expect("JSON")).collect()
            }
            Engine::Remote(remote) => {
                let mut records = remote.records(&table.name).await;
                for record in &mut records {
                    record["eventSourceARN"] = table.stream_arn().into();
                }
                records
            }
        };
        json!({ "Records": records })
    }
}

impl Engine {
    fn embedded() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let dynamodb = DynamoDb::open(folder.path()).expect("a database");
        Self::Embedded { dynamodb, _folder: folder }
    }
}
