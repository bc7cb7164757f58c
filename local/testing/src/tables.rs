//! The tables of a template.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_async::rt::sleep::TokioSleep;
use local_dynamodb::{DynamoDb, Record, Sequence};
use local_template::System;
use serde_json::{Value, json};

use crate::connector::http_client;

const TEMPLATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml");

/// A test's own tables, empty at first. They are removed when this is dropped.
pub struct Tables {
    dynamodb: DynamoDb,
    system: System,
    _folder: tempfile::TempDir,
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
        let folder = tempfile::tempdir().expect("a folder");
        let dynamodb = DynamoDb::open(folder.path()).expect("a database");
        for table in system.tables.values() {
            dynamodb.ensure_table(table).await.expect("a table");
        }
        Self { dynamodb, system, _folder: folder }
    }

    /// An SDK client with as many attempts as functions have, and the same pauses between them.
    pub fn client(&self) -> Client {
        let dynamodb = self.dynamodb.clone();
        let in_process = http_client(move |request| {
            let dynamodb = dynamodb.clone();
            async move { dynamodb.handle(None, request).await }
        });
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .endpoint_url("http://localhost")
            .http_client(in_process)
            .sleep_impl(TokioSleep::new())
            .retry_config(RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(25)));
        Client::from_conf(config.build())
    }

    /// The database, which can inject faults and counts calls.
    pub fn dynamodb(&self) -> &DynamoDb {
        &self.dynamodb
    }

    /// The event for a function that reads this table's stream, with all records since the table's first write.
    ///
    /// # Panics
    /// The table has no stream.
    pub async fn stream_event(&self, table: &str) -> Value {
        let records: Vec<Value> = self.records(table).await.into_iter().map(|record| record.event).collect();
        json!({ "Records": records })
    }

    async fn records(&self, table: &str) -> Vec<Record> {
        let reader = self.dynamodb.stream(&self.system.tables[table]).expect("a stream");
        reader.read_after(Sequence::default(), usize::MAX).await.expect("records")
    }
}
