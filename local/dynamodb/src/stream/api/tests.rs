use std::time::Duration;

use serde_json::{Value, json};

use crate::DynamoDb;
use crate::testing::{call, database, put, things};

fn stream() -> String {
    things().stream_arn()
}

async fn shard(db: &DynamoDb) -> Value {
    let (status, answer) = call(db, "DescribeStream", json!({ "StreamArn": stream() })).await;
    assert_eq!(status, 200, "{answer}");
    answer["StreamDescription"]["Shards"][0].clone()
}

async fn iterator(db: &DynamoDb, kind: &str, at: Option<&str>) -> (u16, Value) {
    let shard = shard(db).await["ShardId"].take();
    let mut request = json!({ "StreamArn": stream(), "ShardId": shard, "ShardIteratorType": kind });
    if let Some(at) = at {
        request["SequenceNumber"] = at.into();
    }
    call(db, "GetShardIterator", request).await
}

/// The ids of the items that the records from there on tell of.
async fn ids(db: &DynamoDb, kind: &str, at: Option<&str>) -> Vec<String> {
    let (status, answer) = iterator(db, kind, at).await;
    assert_eq!(status, 200, "{answer}");
    let records = call(db, "GetRecords", json!({ "ShardIterator": answer["ShardIterator"] })).await.1;
    let records = records["Records"].as_array().unwrap().clone();
    records.iter().map(|record| record["dynamodb"]["Keys"]["id"]["S"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_stream_is_described_as_the_table_has_it_whatever_its_name() {
    let (_folder, db) = database().await;
    for name in ["abc".to_owned(), "n".repeat(255)] {
        let mut table = things();
        table.arn = table.arn.replace("Things", &name);
        table.definition["TableName"] = name.as_str().into();
        table.name = name.clone();
        db.ensure_table(&table).await.unwrap();
        let described = call(&db, "DescribeTable", json!({ "TableName": name })).await.1["Table"].take();
        let stream = described["LatestStreamArn"].as_str().unwrap();
        assert_eq!(stream, table.stream_arn());
        // Lengths as the service model has them.
        assert!((37..=1024).contains(&stream.len()), "{stream}");
        let mut description = call(&db, "DescribeStream", json!({ "StreamArn": stream })).await.1;
        let shard = description["StreamDescription"]["Shards"][0].take();
        assert_eq!(
            description["StreamDescription"],
            json!({
                "StreamArn": stream,
                "StreamLabel": "local",
                "StreamStatus": "ENABLED",
                "StreamViewType": "NEW_AND_OLD_IMAGES",
                "CreationRequestDateTime": described["CreationDateTime"].as_f64().unwrap() as i64,
                "TableName": name,
                "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
                "Shards": [null],
            })
        );
        let id = shard["ShardId"].as_str().unwrap();
        assert!((28..=65).contains(&id.len()), "{id}");
        assert_eq!(id, db.stream(&table).unwrap().shard_id());
        let start = shard["SequenceNumberRange"]["StartingSequenceNumber"].as_str().unwrap();
        assert!((21..=40).contains(&start.len()), "{start}");
        assert_eq!(shard["SequenceNumberRange"].as_object().unwrap().len(), 1, "an open shard has no end");

        let request = json!({ "StreamArn": stream, "ShardId": id, "ShardIteratorType": "TRIM_HORIZON" });
        let iterator = call(&db, "GetShardIterator", request).await.1["ShardIterator"].take();
        assert!((1..=2048).contains(&iterator.as_str().unwrap().len()));
        let none = call(&db, "GetRecords", json!({ "ShardIterator": iterator })).await.1;
        assert_eq!(none["Records"], json!([]));
        assert_eq!(none["NextShardIterator"], iterator);
    }
}

#[tokio::test]
async fn records_are_read_from_where_the_iterator_says() {
    let (_folder, db) = database().await;
    let empty = shard(&db).await["SequenceNumberRange"]["StartingSequenceNumber"].take();
    assert_eq!(ids(&db, "AT_SEQUENCE_NUMBER", empty.as_str()).await, [""; 0]);
    for id in ["a", "b", "c"] {
        put(&db, id).await;
    }
    let trim_horizon = iterator(&db, "TRIM_HORIZON", None).await.1["ShardIterator"].take();
    let latest = iterator(&db, "LATEST", None).await.1["ShardIterator"].take();
    let page = call(&db, "GetRecords", json!({ "ShardIterator": trim_horizon, "Limit": 2 })).await.1;
    let mut record = page["Records"][0].clone();
    assert_eq!(record["eventID"].take().as_str().unwrap().len(), 32);
    assert!(record["dynamodb"]["ApproximateCreationDateTime"].take().is_u64());
    let sequence = record["dynamodb"]["SequenceNumber"].take();
    assert_eq!(
        record,
        json!({
            "eventID": null, "eventName": "INSERT", "eventVersion": "1.1", "eventSource": "aws:dynamodb",
            "awsRegion": "us-east-1",
            "dynamodb": {
                "ApproximateCreationDateTime": null, "Keys": { "id": { "S": "a" } }, "NewImage": { "id": { "S": "a" } },
                "SequenceNumber": null, "SizeBytes": 32, "StreamViewType": "NEW_AND_OLD_IMAGES",
            },
        })
    );
    assert_eq!(page["Records"].as_array().unwrap().len(), 2);
    let rest = call(&db, "GetRecords", json!({ "ShardIterator": page["NextShardIterator"] })).await.1;
    assert_eq!(rest["Records"][0]["dynamodb"]["Keys"]["id"]["S"], "c");
    assert_eq!(rest["Records"].as_array().unwrap().len(), 1);

    put(&db, "d").await;
    let news = call(&db, "GetRecords", json!({ "ShardIterator": latest })).await.1;
    assert_eq!(news["Records"][0]["dynamodb"]["Keys"]["id"]["S"], "d");
    assert_eq!(ids(&db, "TRIM_HORIZON", None).await, ["a", "b", "c", "d"]);
    assert_eq!(ids(&db, "LATEST", None).await, [""; 0]);
    assert_eq!(ids(&db, "AT_SEQUENCE_NUMBER", sequence.as_str()).await, ["a", "b", "c", "d"]);
    assert_eq!(ids(&db, "AFTER_SEQUENCE_NUMBER", sequence.as_str()).await, ["b", "c", "d"]);
    let start = shard(&db).await["SequenceNumberRange"]["StartingSequenceNumber"].take();
    assert_eq!(ids(&db, "AT_SEQUENCE_NUMBER", start.as_str()).await, ["a", "b", "c", "d"]);
}

#[tokio::test]
async fn one_answer_has_a_megabyte_of_records_at_most() {
    let (_folder, db) = database().await;
    for id in ["a", "b", "c", "d"] {
        let item = json!({ "id": { "S": id }, "text": { "S": "x".repeat(350_000) } });
        assert_eq!(call(&db, "PutItem", json!({ "TableName": "Things", "Item": item })).await.0, 200);
    }
    let mut next = iterator(&db, "TRIM_HORIZON", None).await.1["ShardIterator"].take();
    for count in [2, 2, 0] {
        let mut page = call(&db, "GetRecords", json!({ "ShardIterator": next })).await.1;
        assert_eq!(page["Records"].as_array().unwrap().len(), count);
        next = page["NextShardIterator"].take();
    }
}

#[tokio::test]
async fn what_was_trimmed_is_said_to_be() {
    let (folder, db) = database().await;
    for id in ["a", "b"] {
        put(&db, id).await;
    }
    let first = shard(&db).await["SequenceNumberRange"]["StartingSequenceNumber"].take();
    let old = "UPDATE _stream_records SET created_at = 1000";
    rusqlite::Connection::open(folder.path().join("dynamodb.sqlite")).unwrap().execute(old, []).unwrap();
    assert_eq!(db.trim_streams(Default::default(), Duration::from_secs(86_400)).await.unwrap(), 1);
    for kind in ["AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"] {
        let (status, answer) = iterator(&db, kind, first.as_str()).await;
        let expected = json!("com.amazonaws.dynamodb.v20120810#TrimmedDataAccessException");
        assert_eq!((status, &answer["__type"]), (400, &expected), "{kind}");
    }
    assert_eq!(ids(&db, "TRIM_HORIZON", None).await, ["b"]);
}

#[tokio::test]
async fn what_the_api_does_not_take_is_refused() {
    let (_folder, db) = database().await;
    put(&db, "a").await;
    let shard = shard(&db).await["ShardId"].take();
    let with = |member: &str, value: Value| {
        let mut request = json!({ "StreamArn": stream(), "ShardId": shard, "ShardIteratorType": "AT_SEQUENCE_NUMBER",
            "SequenceNumber": "100001761000000000000" });
        request[member] = value;
        request
    };
    let others = stream().replace("Things", "Others");
    for (operation, request, kind) in [
        ("GetShardIterator", with("StreamArn", others.clone().into()), "ResourceNotFoundException"),
        (
            "GetShardIterator",
            with("StreamArn", stream().replace("us-east-1", "dynoxide").into()),
            "ResourceNotFoundException",
        ),
        (
            "GetShardIterator",
            with("ShardId", "shardId-00000000000000000001-00000000".into()),
            "ResourceNotFoundException",
        ),
        ("GetShardIterator", with("ShardIteratorType", "FIRST".into()), "ValidationException"),
        ("GetShardIterator", with("ShardIteratorType", "LATEST".into()), "ValidationException"),
        ("GetShardIterator", with("SequenceNumber", Value::Null), "ValidationException"),
        ("GetShardIterator", with("SequenceNumber", "7".into()), "ValidationException"),
        ("GetShardIterator", with("SequenceNumber", "9".repeat(41).into()), "ValidationException"),
        ("GetShardIterator", with("SequenceNumber", "x".repeat(21).into()), "ValidationException"),
        ("GetRecords", json!({ "ShardIterator": "nope" }), "ValidationException"),
        ("DescribeStream", json!({ "StreamArn": others }), "ResourceNotFoundException"),
        ("DescribeStream", json!({ "StreamArn": stream(), "Limit": 0 }), "ValidationException"),
        ("DescribeStream", json!({}), "ValidationException"),
        ("ListStreams", json!({ "Limit": 101 }), "ValidationException"),
    ] {
        let (status, answer) = call(&db, operation, request.clone()).await;
        let named = answer["__type"].as_str().unwrap().rsplit('#').next();
        assert_eq!((status, named), (400, Some(kind)), "{operation} {request}: {answer}");
    }
    let issued = iterator(&db, "TRIM_HORIZON", None).await.1["ShardIterator"].take();
    let issued = issued.as_str().unwrap().rsplit_once('|').unwrap().0.to_owned();
    let (status, answer) = call(&db, "GetRecords", json!({ "ShardIterator": issued + "|1000" })).await;
    assert_eq!((status, &answer["__type"]), (400, &json!("com.amazonaws.dynamodb.v20120810#ExpiredIteratorException")));
}

#[tokio::test]
async fn streams_and_shards_are_listed_in_pages() {
    let (_folder, db) = database().await;
    for name in ["Others", "Unread"] {
        let mut table = things();
        table.definition["TableName"] = name.into();
        table.name = name.to_owned();
        if name == "Unread" {
            table.definition.as_object_mut().unwrap().remove("StreamSpecification");
        }
        db.ensure_table(&table).await.unwrap();
    }
    let page = call(&db, "ListStreams", json!({ "Limit": 1 })).await.1;
    assert_eq!(page["Streams"][0]["TableName"], "Others");
    let last = &page["LastEvaluatedStreamArn"];
    assert_eq!(last, &page["Streams"][0]["StreamArn"]);
    let rest = call(&db, "ListStreams", json!({ "Limit": 1, "ExclusiveStartStreamArn": last })).await.1;
    let things = json!({ "StreamArn": stream(), "TableName": "Things", "StreamLabel": "local" });
    assert_eq!(rest, json!({ "Streams": [things] }));
    assert_eq!(call(&db, "ListStreams", json!({ "TableName": "Things" })).await.1, rest);

    let id = shard(&db).await["ShardId"].take();
    let after = call(&db, "DescribeStream", json!({ "StreamArn": stream(), "ExclusiveStartShardId": id })).await.1;
    assert_eq!(after["StreamDescription"]["Shards"], json!([]));
}
