use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::testing::{call, database, event, put, things};
use crate::{DynamoDb, Sequence};

const YEAR: i64 = 365 * 86_400;

/// The time `seconds` ago, in seconds since 1970.
fn ago(seconds: i64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    (i64::try_from(now).unwrap() - seconds).to_string()
}

async fn put_expiring(db: &DynamoDb, id: &str, expires: Value) -> Value {
    let item = json!({ "id": { "S": id }, "expires": expires });
    let (status, answer) = call(db, "PutItem", json!({ "TableName": "Things", "Item": item })).await;
    assert_eq!(status, 200, "{answer}");
    item
}

async fn ids(db: &DynamoDb) -> Vec<String> {
    let items = call(db, "Scan", json!({ "TableName": "Things" })).await.1["Items"].take();
    let mut ids: Vec<String> =
        items.as_array().unwrap().iter().map(|item| item["id"]["S"].as_str().unwrap().to_owned()).collect();
    ids.sort_unstable();
    ids
}

#[tokio::test]
async fn what_has_expired_goes_and_its_record_names_the_service() {
    let (_folder, db) = database().await;
    let expired = put_expiring(&db, "old", json!({ "N": ago(10) })).await;
    put(&db, "new").await;
    let reader = db.stream(&things()).unwrap();
    let mut news = reader.writes();
    assert_eq!(db.sweep_ttl().await.unwrap(), 1);
    news.changed().await.unwrap();
    let removal = event(&reader.read_after(Sequence::START, 10).await.unwrap().pop().unwrap());
    assert_eq!(removal["eventName"], "REMOVE");
    assert_eq!(removal["userIdentity"], json!({ "type": "Service", "principalId": "dynamodb.amazonaws.com" }));
    assert_eq!(removal["dynamodb"]["OldImage"], expired);
    assert_eq!(db.sweep_ttl().await.unwrap(), 0);
    assert!(!news.has_changed().unwrap());

    // A removal by a caller names nobody, also after a sweep.
    call(&db, "DeleteItem", json!({ "TableName": "Things", "Key": { "id": { "S": "new" } } })).await;
    let removal = event(&reader.read_after(Sequence::START, 10).await.unwrap().pop().unwrap());
    assert_eq!((&removal["eventName"], removal.get("userIdentity")), (&json!("REMOVE"), None));
}

#[tokio::test]
async fn the_streams_api_names_the_service_in_its_own_words() {
    let (_folder, db) = database().await;
    put_expiring(&db, "old", json!({ "N": ago(10) })).await;
    db.sweep_ttl().await.unwrap();
    let stream = things().stream_arn();
    let shard = call(&db, "DescribeStream", json!({ "StreamArn": stream })).await.1;
    let shard = &shard["StreamDescription"]["Shards"][0]["ShardId"];
    let request = json!({ "StreamArn": stream, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON" });
    let iterator = call(&db, "GetShardIterator", request).await.1;
    let records = call(&db, "GetRecords", iterator).await.1;
    let identity = json!({ "PrincipalId": "dynamodb.amazonaws.com", "Type": "Service" });
    assert_eq!(records["Records"][1]["userIdentity"], identity);
}

#[tokio::test]
async fn what_is_no_time_or_expired_too_long_ago_stays() {
    let (_folder, db) = database().await;
    for (id, expires) in [
        ("almost five years ago", json!({ "N": ago(5 * YEAR - 86_400) })),
        ("in scientific notation", json!({ "N": format!("{}e1", ago(100).parse::<i64>().unwrap() / 10) })),
    ] {
        put_expiring(&db, id, expires).await;
    }
    let staying = [
        ("five years ago", json!({ "N": ago(5 * YEAR + 3 * 86_400) })),
        ("in an hour", json!({ "N": ago(-3600) })),
        ("in milliseconds", json!({ "N": ago(10) + "000" })),
        ("long ago", json!({ "N": "1000" })),
        ("negative", json!({ "N": format!("-{}", ago(10)) })),
        ("text", json!({ "S": ago(10) })),
        ("zero", json!({ "N": "0" })),
    ];
    for (id, expires) in &staying {
        put_expiring(&db, id, expires.clone()).await;
    }
    assert_eq!(db.sweep_ttl().await.unwrap(), 2);
    assert_eq!(ids(&db).await, staying.map(|(id, _)| id));
}

#[tokio::test]
async fn every_page_of_a_table_is_swept() {
    let (_folder, db) = database().await;
    for n in 0..60 {
        let expires = if n % 3 == 0 { ago(-3600) } else { ago(10) };
        put_expiring(&db, &n.to_string(), json!({ "N": expires })).await;
    }
    assert_eq!(db.sweep_ttl().await.unwrap(), 40);
    assert_eq!(ids(&db).await.len(), 20);
}

#[tokio::test]
async fn the_timer_sweeps_until_dropped() {
    let (_folder, db) = database().await;
    let mut news = db.writes("Things");
    let sweeper = db.sweep_ttl_every(std::time::Duration::from_millis(1));
    put_expiring(&db, "old", json!({ "N": ago(10) })).await;
    news.wait_for(|writes| *writes == 2).await.unwrap();
    drop(sweeper);
    assert_eq!(ids(&db).await, [""; 0]);
}
