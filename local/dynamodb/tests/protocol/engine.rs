//! The engines that a case is asked of, each with the same empty tables.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use local_dynamodb::{DynamoDb, Sequence};
use local_template::Table;
use local_testing::Remote;
use serde_json::{Value, json};

use crate::differences::{self, Known};

/// Which engine answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// This crate.
    Ours,
    /// The one that `DYNAMODB_ENDPOINT_URL` names.
    Other,
}

impl Engine {
    pub fn known(self) -> &'static Known {
        match self {
            Self::Ours => &differences::OURS,
            Self::Other => differences::of_other(),
        }
    }
}

/// Tables of a test's own on one engine.
pub enum Database {
    Ours { dynamodb: Box<DynamoDb>, _folder: tempfile::TempDir },
    Other(Remote),
}

impl Database {
    pub async fn of(engine: Engine) -> Self {
        let database = match engine {
            Engine::Ours => {
                let folder = tempfile::tempdir().unwrap();
                let dynamodb = Box::new(DynamoDb::open(folder.path()).unwrap());
                Self::Ours { dynamodb, _folder: folder }
            }
            Engine::Other => Self::Other(Remote::named().unwrap()),
        };
        for table in tables() {
            database.done("CreateTable", &local_dynamodb::create_table_request(&table)).await;
            database.until_active(&table.name).await;
        }
        database
    }

    /// Makes a call: the status and the body of the answer.
    pub async fn call(&self, operation: &str, body: &Value) -> (u16, Value) {
        match self {
            Self::Ours { dynamodb, .. } => {
                let request = Request::post("/")
                    .header("content-type", "application/x-amz-json-1.0")
                    .header("x-amz-target", format!("DynamoDB_20120810.{operation}"))
                    .body(Bytes::from(body.to_string()))
                    .unwrap();
                let response = dynamodb.handle(None, request).await;
                (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap_or_default())
            }
            Self::Other(remote) => remote.call(operation, body).await,
        }
    }

    /// Makes a call that has to succeed.
    pub async fn done(&self, operation: &str, body: &Value) -> Value {
        let (status, answer) = self.call(operation, body).await;
        assert_eq!(status, 200, "{operation} {body}: {answer}");
        answer
    }

    /// Waits for a table that some engines answer of before they have created it.
    async fn until_active(&self, table: &str) {
        for _ in 0..600 {
            let described = self.done("DescribeTable", &json!({ "TableName": table })).await;
            if described["Table"]["TableStatus"] == "ACTIVE" {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{table} is not active after half a minute");
    }

    /// All items of a table, in the order of their keys.
    pub async fn items(&self, table: &str) -> Value {
        let mut scanned = self.done("Scan", &json!({ "TableName": table, "ConsistentRead": true })).await;
        let mut items: Vec<Value> = scanned["Items"].as_array_mut().unwrap().iter_mut().map(plain).collect();
        items.sort_by_key(|item| (item["id"].to_string(), item["seq"].to_string()));
        items.into()
    }

    /// Each record of the stream of `Things`: its name, and the images before and after the write.
    pub async fn records(&self) -> Value {
        let mut records: Vec<Value> = match self {
            Self::Ours { dynamodb, .. } => {
                let [things, _] = tables();
                let records =
                    dynamodb.stream(&things).unwrap().read_after(Sequence::default(), usize::MAX).await.unwrap();
                records.iter().map(|record| serde_json::from_str(&record.event).unwrap()).collect()
            }
            Self::Other(remote) => remote.records("Things").await,
        };
        let told = |record: &mut Value| {
            let change = &mut record["dynamodb"];
            json!([plain(&mut change["OldImage"]), plain(&mut change["NewImage"]), record["eventName"]])
        };
        records.iter_mut().map(told).collect()
    }
}

/// A value with each set in one order: a set has none, and engines answer in different ones.
pub fn plain(value: &mut Value) -> Value {
    match value {
        Value::Object(members) => {
            for set in ["SS", "NS", "BS"] {
                if let Some(Value::Array(members)) = members.get_mut(set) {
                    members.sort_by_key(Value::to_string);
                }
            }
            members.values_mut().for_each(|member| *member = plain(member));
        }
        Value::Array(members) => members.iter_mut().for_each(|member| *member = plain(member)),
        _ => {}
    }
    value.take()
}

/// `Things` with a stream, and `Pairs` with a sort key and an index.
pub fn tables() -> [Table; 2] {
    let attribute = |name: &str, kind: &str| json!({ "AttributeName": name, "AttributeType": kind });
    let key = |name: &str, role: &str| json!({ "AttributeName": name, "KeyType": role });
    let things = json!({
        "TableName": "Things",
        "AttributeDefinitions": [attribute("id", "S")],
        "KeySchema": [key("id", "HASH")],
        "BillingMode": "PAY_PER_REQUEST",
        "StreamSpecification": { "StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES" },
    });
    let pairs = json!({
        "TableName": "Pairs",
        "AttributeDefinitions": [attribute("id", "S"), attribute("seq", "N"), attribute("kind", "S"), attribute("rank", "N")],
        "KeySchema": [key("id", "HASH"), key("seq", "RANGE")],
        "BillingMode": "PAY_PER_REQUEST",
        "GlobalSecondaryIndexes": [{
            "IndexName": "byKind",
            "KeySchema": [key("kind", "HASH"), key("rank", "RANGE")],
            "Projection": { "ProjectionType": "ALL" },
        }],
    });
    [things, pairs].map(|definition| {
        let name = definition["TableName"].as_str().unwrap().to_owned();
        let arn = format!("arn:aws:dynamodb:us-east-1:000000000000:table/{name}");
        Table { name, arn, definition, ttl_attribute: None }
    })
}
