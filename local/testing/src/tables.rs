//! The tables of a template.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_runtime_api::client::http::{SharedHttpConnector, http_client_fn};
use local_dynamodb::{DynamoDb, Record, Sequence};
use local_template::System;
use serde_json::{Value, json};

use crate::connector::InProcess;

const TEMPLATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml");

/// Empty tables of a test's own. They end with it.
pub struct Tables {
    dynamodb: DynamoDb,
    system: System,
    _folder: tempfile::TempDir,
}

impl Tables {
    /// All tables of the workspace's template, by their logical ids.
    ///
    /// # Panics
    /// If the template does not describe them rightly.
    pub async fn of_template() -> Self {
        Self::of(Path::new(TEMPLATE)).await
    }

    /// All tables of the template at `path`.
    ///
    /// # Panics
    /// As [`Tables::of_template`].
    pub async fn of(path: &Path) -> Self {
        let system = System::read(path, &BTreeMap::new()).expect("a template");
        let folder = tempfile::tempdir().expect("a folder");
        let dynamodb = DynamoDb::open(folder.path()).expect("a database");
        for table in system.tables.values() {
            dynamodb.ensure_table(table).await.expect("a table");
        }
        Self { dynamodb, system, _folder: folder }
    }

    /// A client as functions have it: as many attempts, with the same pauses between them.
    pub fn client(&self) -> Client {
        let connector = SharedHttpConnector::new(InProcess(self.dynamodb.clone()));
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .endpoint_url("http://localhost")
            .http_client(http_client_fn(move |_, _| connector.clone()))
            .sleep_impl(TokioSleep::new())
            .retry_config(RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(25)));
        Client::from_conf(config.build())
    }

    /// The database: its faults and its meter.
    pub fn dynamodb(&self) -> &DynamoDb {
        &self.dynamodb
    }

    /// The event a function behind this table's stream gets, with every record from the table's first write on.
    ///
    /// # Panics
    /// If the template gives the table no stream.
    pub async fn stream_event(&self, table: &str) -> Value {
        let records: Vec<Value> = self.records(table).await.into_iter().map(|record| record.event).collect();
        json!({ "Records": records })
    }

    async fn records(&self, table: &str) -> Vec<Record> {
        let reader = self.dynamodb.stream(&self.system.tables[table]).expect("a stream");
        reader.read_after(Sequence::default(), usize::MAX).await.expect("records")
    }
}
