//! What was answered is there after `kill -9`.

#![allow(clippy::unwrap_used)] // tests report by panicking

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use bytes::Bytes;
use http::Request;
use local_dynamodb::{DynamoDb, Sequence};
use local_template::Table;
use rand::Rng;
use serde_json::{Value, json};

const FOLDER: &str = "LOCAL_DYNAMODB_KILL_TEST_FOLDER";

fn table() -> Table {
    Table {
        name: "Things".to_owned(),
        arn: "arn:aws:dynamodb:us-east-1:000000000000:table/Things".to_owned(),
        definition: json!({
            "TableName": "Things",
            "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
            "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
            "BillingMode": "PAY_PER_REQUEST",
            "StreamSpecification": { "StreamViewType": "NEW_IMAGE" },
        }),
        ttl_attribute: None,
    }
}

/// The process that the test below kills. It writes without end and names each answered write.
#[tokio::test]
#[ignore = "the process that another test starts and kills"]
async fn victim() {
    let folder = std::env::var(FOLDER).unwrap();
    let db = DynamoDb::open(Path::new(&folder)).unwrap();
    db.ensure_table(&table()).await.unwrap();
    for id in 0.. {
        let item = json!({ "TableName": "Things", "Item": { "id": { "S": format!("{id}") } } });
        let request = Request::post("/").header("x-amz-target", "DynamoDB_20120810.PutItem");
        let response = db.handle(None, request.body(Bytes::from(item.to_string())).unwrap()).await;
        assert_eq!(response.status(), 200);
        println!("wrote {id}");
    }
}

/// Starts a test of this file as a process, and reads its lines.
fn start(victim: &str, folder: &Path) -> (Child, impl Iterator<Item = String>) {
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", victim, "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(victim.stdout.take().unwrap()).lines().map_while(Result::ok);
    (victim, lines)
}

#[tokio::test]
async fn an_answered_write_and_its_record_survive_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let (mut victim, mut lines) = start("victim", folder.path());
    assert!(lines.any(|line| line.contains("wrote 200")));
    victim.kill().unwrap();
    victim.wait().unwrap();
    let answered = 201 + lines.filter(|line| line.starts_with("wrote ")).count();

    let db = DynamoDb::open(folder.path()).unwrap();
    db.ensure_table(&table()).await.unwrap();
    let records = db.stream(&table()).unwrap().read_after(Sequence::START, usize::MAX).await.unwrap();
    // The last write may have been made and not answered.
    assert!((answered..=answered + 1).contains(&records.len()), "{} answered, {} kept", answered, records.len());
    let scan = Request::post("/").header("x-amz-target", "DynamoDB_20120810.Scan");
    let count = json!({ "TableName": "Things", "Select": "COUNT" }).to_string();
    let response = db.handle(None, scan.body(Bytes::from(count)).unwrap()).await;
    let scanned: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
    assert_eq!(scanned["Count"], records.len());
}

/// Adds 1 to `n` of the item `counter`, by the token of this number.
async fn add(db: &DynamoDb, number: u64) {
    let update = json!({
        "TableName": "Things", "Key": { "id": { "S": "counter" } }, "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": { ":one": { "N": "1" } },
    });
    let put = json!({ "TableName": "Things", "Item": { "id": { "S": number.to_string() } } });
    let transaction = json!({
        "TransactItems": [{ "Update": update }, { "Put": put }], "ClientRequestToken": format!("token {number}"),
    });
    let request = Request::post("/").header("x-amz-target", "DynamoDB_20120810.TransactWriteItems");
    let response = db.handle(None, request.body(Bytes::from(transaction.to_string())).unwrap()).await;
    assert_eq!(response.status(), 200);
}

async fn counted(db: &DynamoDb) -> u64 {
    let get = Request::post("/").header("x-amz-target", "DynamoDB_20120810.GetItem");
    let key = json!({ "TableName": "Things", "Key": { "id": { "S": "counter" } } });
    let response = db.handle(None, get.body(Bytes::from(key.to_string())).unwrap()).await;
    let read: Value = serde_json::from_slice(response.body()).unwrap();
    read["Item"]["n"]["N"].as_str().map_or(0, |n| n.parse().unwrap())
}

/// The process that the test below kills. It makes transactions without end and names each before it makes it.
#[tokio::test]
#[ignore = "the process that another test starts and kills"]
async fn transacting_victim() {
    let db = DynamoDb::open(Path::new(&std::env::var(FOLDER).unwrap())).unwrap();
    db.ensure_table(&table()).await.unwrap();
    for number in counted(&db).await.. {
        println!("making {number}");
        add(&db, number).await;
    }
}

/// A client that got no answer calls again with the token: the transaction is made once, wherever the kill met it.
#[tokio::test]
async fn a_transaction_repeated_after_kill_9_is_made_once() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..30 {
        let (mut victim, mut lines) = start("transacting_victim", folder.path());
        let begun = rand::rng().random_range(1..60);
        let made = lines.by_ref().filter(|line| line.contains("making ")).nth(begun).unwrap();
        victim.kill().unwrap();
        victim.wait().unwrap();
        let last = lines.filter(|line| line.contains("making ")).last().unwrap_or(made);
        let last: u64 = last.rsplit(' ').next().unwrap().parse().unwrap();

        let db = DynamoDb::open(folder.path()).unwrap();
        db.ensure_table(&table()).await.unwrap();
        assert!((last..=last + 1).contains(&counted(&db).await));
        add(&db, last).await;
        assert_eq!(counted(&db).await, last + 1);
    }
}
