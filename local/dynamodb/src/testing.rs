//! What the tests of this crate share.

use bytes::Bytes;
use http::Request;
use local_template::Table;
use serde_json::{Value, json};

use crate::{DynamoDb, Record};

/// A table with key `id`, a stream and a TTL on `expires`.
pub(crate) fn things() -> Table {
    Table {
        name: "Things".to_owned(),
        arn: "arn:aws:dynamodb:us-east-1:000000000000:table/Things".to_owned(),
        definition: json!({
            "TableName": "Things",
            "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
            "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
            "BillingMode": "PAY_PER_REQUEST",
            "StreamSpecification": { "StreamViewType": "NEW_AND_OLD_IMAGES" },
        }),
        ttl_attribute: Some("expires".to_owned()),
    }
}

/// A database in a folder of its own with the table [`things`].
pub(crate) async fn database() -> (tempfile::TempDir, DynamoDb) {
    let folder = tempfile::tempdir().unwrap();
    let db = DynamoDb::open(folder.path()).unwrap();
    db.ensure_table(&things()).await.unwrap();
    (folder, db)
}

pub(crate) fn request(operation: &str, body: &Value) -> Request<Bytes> {
    Request::post("/")
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amz-target", format!("DynamoDB_20120810.{operation}"))
        .body(Bytes::from(body.to_string()))
        .unwrap()
}

/// Makes a call as nobody in particular: the status and the body.
pub(crate) async fn call(db: &DynamoDb, operation: &str, body: Value) -> (u16, Value) {
    call_as(db, None, operation, body).await
}

pub(crate) async fn call_as(db: &DynamoDb, caller: Option<&str>, operation: &str, body: Value) -> (u16, Value) {
    let response = db.handle(caller, request(operation, &body)).await;
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap())
}

/// The record as a function gets it.
pub(crate) fn event(record: &Record) -> Value {
    serde_json::from_str(&record.event).unwrap()
}

/// Puts the item `id` into the table [`things`].
pub(crate) async fn put(db: &DynamoDb, id: &str) {
    let item = json!({ "TableName": "Things", "Item": { "id": { "S": id } } });
    assert_eq!(call(db, "PutItem", item).await, (200, json!({})));
}
