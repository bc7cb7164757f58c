//! The streams API, as a consumer reads it. DynamoDB Streams API Reference: "Stream", "Shard", "SequenceNumberRange".

use serde_json::{Value, json};

use crate::engine::{Database, Engine};

/// All that it has.
pub const OPERATIONS: [&str; 4] = ["ListStreams", "DescribeStream", "GetShardIterator", "GetRecords"];

/// A consumer finds the stream of a table, and reads it from where it says.
pub async fn read(engine: Engine) {
    let database = Database::of(engine).await;
    for id in ["a", "b", "c"] {
        database.done("PutItem", &json!({ "TableName": "Things", "Item": { "id": { "S": id } } })).await;
    }
    let listed = database.done("ListStreams", &json!({ "TableName": "Things" })).await;
    let stream = &listed["Streams"][0]["StreamArn"];
    let table = database.done("DescribeTable", &json!({ "TableName": "Things" })).await;
    assert_eq!(*stream, table["Table"]["LatestStreamArn"]);
    assert!((37..=1024).contains(&stream.as_str().unwrap().len()), "{stream}");

    let described = database.done("DescribeStream", &json!({ "StreamArn": stream })).await;
    let described = &described["StreamDescription"];
    assert_eq!((&described["StreamStatus"], &described["TableName"]), (&json!("ENABLED"), &json!("Things")));
    assert_eq!(described["StreamViewType"], "NEW_AND_OLD_IMAGES");
    assert_eq!(described["KeySchema"], table["Table"]["KeySchema"]);
    let shard = &described["Shards"][0];
    assert!((28..=65).contains(&shard["ShardId"].as_str().unwrap().len()), "{shard}");
    let range = shard["SequenceNumberRange"].as_object().unwrap();
    assert_eq!(range.get("EndingSequenceNumber"), None, "an open shard has no end");

    let from = async |kind: &str, sequence: Option<&Value>| -> Vec<Value> {
        let mut start = json!({ "StreamArn": stream, "ShardId": shard["ShardId"], "ShardIteratorType": kind });
        if let Some(sequence) = sequence {
            start["SequenceNumber"] = sequence.clone();
        }
        let iterator = database.done("GetShardIterator", &start).await;
        let page = database.done("GetRecords", &json!({ "ShardIterator": iterator["ShardIterator"] })).await;
        assert!(page["NextShardIterator"].is_string(), "an open shard goes on");
        page["Records"].as_array().unwrap().clone()
    };
    let ids = |records: Vec<Value>| -> Vec<String> {
        records.iter().map(|record| record["dynamodb"]["Keys"]["id"]["S"].as_str().unwrap().to_owned()).collect()
    };
    let all = from("TRIM_HORIZON", None).await;
    let second = all[1]["dynamodb"]["SequenceNumber"].clone();
    assert!((21..=40).contains(&second.as_str().unwrap().len()), "{second}");
    assert_eq!(ids(all), ["a", "b", "c"]);
    assert_eq!(ids(from("LATEST", None).await), [""; 0]);
    assert_eq!(ids(from("AT_SEQUENCE_NUMBER", Some(&second)).await), ["b", "c"]);
    assert_eq!(ids(from("AFTER_SEQUENCE_NUMBER", Some(&second)).await), ["c"]);
}

/// What the API refuses.
pub async fn refuse(engine: Engine) {
    let database = Database::of(engine).await;
    let listed = database.done("ListStreams", &json!({ "TableName": "Things" })).await;
    let stream = listed["Streams"][0]["StreamArn"].as_str().unwrap();
    let described = database.done("DescribeStream", &json!({ "StreamArn": stream })).await;
    let with = |member: &str, value: Value| {
        let shard = &described["StreamDescription"]["Shards"][0]["ShardId"];
        let mut request = json!({ "StreamArn": stream, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON" });
        request[member] = value;
        request
    };
    let others = stream.replace("Things", "Others");
    for (operation, request, error) in [
        ("DescribeStream", json!({ "StreamArn": others }), "ResourceNotFoundException"),
        ("DescribeStream", json!({}), "ValidationException"),
        ("GetShardIterator", with("StreamArn", others.clone().into()), "ResourceNotFoundException"),
        (
            "GetShardIterator",
            with("ShardId", "shardId-00000000000000000001-00000000".into()),
            "ResourceNotFoundException",
        ),
        ("GetShardIterator", with("ShardIteratorType", "FIRST".into()), "ValidationException"),
        ("GetShardIterator", with("ShardIteratorType", "AT_SEQUENCE_NUMBER".into()), "ValidationException"),
        ("ListStreams", json!({ "Limit": 101 }), "ValidationException"),
    ] {
        let (status, answer) = database.call(operation, &request).await;
        let named = answer["__type"].as_str().and_then(|kind| kind.rsplit('#').next());
        assert_eq!((status, named), (400, Some(error)), "{operation} {request}: {answer}");
    }
}
