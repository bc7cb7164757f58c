//! What was answered is there after `kill -9`.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use bytes::Bytes;
use http::Request;
use local_dynamodb::{DynamoDb, Sequence};
use local_template::Table;
use serde_json::json;

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

#[tokio::test]
async fn an_answered_write_and_its_record_survive_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "victim", "--nocapture"])
        .env(FOLDER, folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(victim.stdout.take().unwrap()).lines().map_while(Result::ok);
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
