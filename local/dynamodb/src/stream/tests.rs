use std::collections::{BTreeMap, HashSet};
use std::time::Duration;
use std::time::{SystemTime, UNIX_EPOCH};

use local_stories::{Kind, Limits, Recorder, StoryKind, Tables};
use rusqlite::{Connection, StatementStatus};
use serde_json::{Value, json};

use super::*;
use crate::testing::{call, database, event, put, request, things};

#[tokio::test]
async fn records_have_the_form_that_functions_get() {
    let (_folder, db) = database().await;
    let key = json!({ "id": { "S": "a" } });
    put(&db, "a").await;
    let update = json!({
        "TableName": "Things", "Key": key, "UpdateExpression": "SET n = :n",
        "ExpressionAttributeValues": { ":n": { "N": "7" } },
    });
    call(&db, "UpdateItem", update).await;
    call(&db, "DeleteItem", json!({ "TableName": "Things", "Key": key })).await;

    let reader = db.stream(&things()).unwrap();
    let records = reader.read_after(Sequence::START, 10).await.unwrap();
    let names: Vec<_> = records.iter().map(|record| record.name.as_str()).collect();
    assert_eq!(names, ["INSERT", "MODIFY", "REMOVE"]);

    let mut modified = event(&records[1]);
    let id = modified["eventID"].take();
    assert_eq!(id.as_str().unwrap().len(), 32);
    let created = modified["dynamodb"]["ApproximateCreationDateTime"].take();
    assert_eq!(UNIX_EPOCH + Duration::from_secs(created.as_u64().unwrap()), records[1].created);
    assert!(SystemTime::now().duration_since(records[1].created).unwrap() < Duration::from_secs(60));
    let size = modified["dynamodb"]["SizeBytes"].take();
    assert!(size.as_u64().unwrap() > 0);
    assert_eq!(
        modified,
        json!({
            "eventID": null,
            "eventName": "MODIFY",
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": "us-east-1",
            "eventSourceARN": "arn:aws:dynamodb:us-east-1:000000000000:table/Things/stream/local",
            "dynamodb": {
                "ApproximateCreationDateTime": null,
                "Keys": { "id": { "S": "a" } },
                "NewImage": { "id": { "S": "a" }, "n": { "N": "7" } },
                "OldImage": { "id": { "S": "a" } },
                "SequenceNumber": records[1].sequence.to_string(),
                "SizeBytes": null,
                "StreamViewType": "NEW_AND_OLD_IMAGES",
            },
        })
    );
    assert_eq!(event(&records[0])["dynamodb"].get("OldImage"), None);
    assert_eq!(event(&records[2])["dynamodb"].get("NewImage"), None);
}

#[tokio::test]
async fn the_event_has_the_stored_texts_as_they_stand() {
    let (_folder, db) = database().await;
    let item = json!({ "id": { "S": "é\"\u{1}" }, "n": { "N": "12345678901234567890.123456789" }, "z": { "M": {} } });
    call(&db, "PutItem", json!({ "TableName": "Things", "Item": item })).await;
    let stored = db.inner.engine.run(|store| {
        let query = "SELECT keys_json, new_image FROM _stream_records";
        store.connection().query_row(query, [], |row| Ok((row.get(0)?, row.get(1)?)))
    });
    let (keys, image): (String, String) = stored.await.unwrap().unwrap();
    let record = db.stream(&things()).unwrap().read_after(Sequence::START, 1).await.unwrap().remove(0);
    assert_eq!(record.keys, keys);
    assert!(record.event.contains(&format!(r#""Keys":{keys},"#)));
    assert!(record.event.contains(&format!(r#""NewImage":{image}}}"#)));
    assert_eq!(event(&record)["dynamodb"]["NewImage"], item);
}

#[tokio::test]
async fn reading_goes_on_after_a_position() {
    let (_folder, db) = database().await;
    let reader = db.stream(&things()).unwrap();
    assert_eq!(reader.latest().await.unwrap(), Sequence::START);
    for id in ["a", "b", "c"] {
        put(&db, id).await;
    }
    let first = reader.read_after(Sequence::START, 2).await.unwrap();
    assert_eq!(first.len(), 2);
    assert_eq!(reader.count_after(first[0].sequence).await.unwrap(), 2);
    let rest = reader.read_after(first[1].sequence, 2).await.unwrap();
    assert_eq!(rest.len(), 1);
    assert_eq!(event(&rest[0])["dynamodb"]["Keys"]["id"]["S"], "c");
    assert_eq!(reader.latest().await.unwrap(), rest[0].sequence);
    let again = reader.read_after(first[1].sequence.before(), 1).await.unwrap();
    assert_eq!(again[0].event, first[1].event);
}

#[tokio::test]
async fn event_ids_are_unique_and_the_same_after_a_restart() {
    let (folder, db) = database().await;
    let together: Vec<_> = (0..20)
        .map(|n| json!({ "Put": { "TableName": "Things", "Item": { "id": { "S": n.to_string() } } } }))
        .collect();
    call(&db, "TransactWriteItems", json!({ "TransactItems": together })).await;
    for id in ["a", "b"] {
        put(&db, id).await;
    }
    let ids = async |db: &DynamoDb| -> Vec<String> {
        let records = db.stream(&things()).unwrap().read_after(Sequence::START, 100).await.unwrap();
        records.iter().map(|record| event(record)["eventID"].as_str().unwrap().to_owned()).collect()
    };
    let before = ids(&db).await;
    assert_eq!(before.iter().collect::<HashSet<_>>().len(), 22);
    drop(db);
    assert_eq!(ids(&DynamoDb::open(folder.path()).unwrap()).await, before);
}

/// The query of dynoxide's `next_stream_sequence_number`, which every write to a table with a stream makes.
const NEXT: &str =
    "SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1 FROM _stream_records WHERE table_name = ?1";

#[tokio::test]
async fn a_write_costs_the_same_however_many_records_are_kept() {
    let (folder, db) = database().await;
    let connection = Connection::open(folder.path().join("dynamodb.sqlite")).unwrap();
    let steps = |kept: usize| {
        let insert =
            "INSERT INTO _stream_records (table_name, event_name, keys_json, sequence_number, shard_id, created_at)
            VALUES ('Things', 'INSERT', '{}', ?1, 's', 0)";
        connection.execute_batch("BEGIN").unwrap();
        for sequence in 1..=kept {
            connection.execute(insert, [sequence.to_string()]).unwrap();
        }
        connection.execute_batch("COMMIT").unwrap();
        let mut statement = connection.prepare(NEXT).unwrap();
        let next: i64 = statement.query_row(["Things"], |row| row.get(0)).unwrap();
        assert_eq!(next, i64::try_from(kept).unwrap() + 1);
        let plan = "EXPLAIN QUERY PLAN ".to_owned() + NEXT;
        let plan: String = connection.query_row(&plan, ["Things"], |row| row.get(3)).unwrap();
        assert!(plan.contains("INDEX _stream_records_by_sequence"), "{plan}");
        statement.get_status(StatementStatus::VmStep)
    };
    let few = steps(10);
    connection.execute("DELETE FROM _stream_records", []).unwrap();
    assert_eq!(steps(2_000), few);
    drop(db);
}

#[tokio::test]
async fn trimming_keeps_what_is_young_unread_or_last() {
    let (folder, db) = database().await;
    let reader = db.stream(&things()).unwrap();
    for id in ["a", "b", "c", "d"] {
        put(&db, id).await;
    }
    let records = reader.read_after(Sequence::START, 10).await.unwrap();
    let day = Duration::from_secs(24 * 60 * 60);
    let all = || BTreeMap::from([("Things".to_owned(), records[3].sequence)]);
    assert_eq!(db.trim_streams(all(), day).await.unwrap(), 0);

    let old = "UPDATE _stream_records SET created_at = 1000";
    Connection::open(folder.path().join("dynamodb.sqlite")).unwrap().execute(old, []).unwrap();
    let passed_one = BTreeMap::from([("Things".to_owned(), records[0].sequence)]);
    assert_eq!(db.trim_streams(passed_one, day).await.unwrap(), 1);
    assert_eq!(reader.count_after(Sequence::START).await.unwrap(), 3);
    assert_eq!(db.trim_streams(all(), day).await.unwrap(), 2);
    assert_eq!(reader.latest().await.unwrap(), records[3].sequence);
    put(&db, "e").await;
    assert!(reader.latest().await.unwrap() > records[3].sequence);
    // With no reader, age alone decides.
    Connection::open(folder.path().join("dynamodb.sqlite")).unwrap().execute(old, []).unwrap();
    assert_eq!(db.trim_streams(BTreeMap::new(), day).await.unwrap(), 1);
}

#[tokio::test]
async fn a_write_s_stories_go_on_with_the_records_that_it_left_and_no_other() {
    let (_folder, db) = database().await;
    let stories = Recorder::new(Limits::default(), Tables::new());
    let call = stories.begin(StoryKind::Operator, "operator-1", || "a write".to_owned());
    let entry = call.span().child(Kind::Table, "TransactWriteItems");
    let written = async |operation: &str, body: Value| {
        let mut request = request(operation, &body);
        request.extensions_mut().insert(entry.span().clone());
        db.handle(None, request).await.status().as_u16()
    };
    let new = |id: &str| {
        let condition = "attribute_not_exists(id)";
        json!({ "Put": { "TableName": "Things", "Item": { "id": { "S": id } }, "ConditionExpression": condition } })
    };
    put(&db, "before").await;
    assert_eq!(written("TransactWriteItems", json!({ "TransactItems": [new("a"), new("b")] })).await, 200);
    put(&db, "between").await;
    // Not written, and of two the first is taken back.
    assert_eq!(written("TransactWriteItems", json!({ "TransactItems": [new("c"), new("a")] })).await, 400);
    put(&db, "after").await;
    let records = db.stream(&things()).unwrap().read_after(Sequence::START, 100).await.unwrap();
    let told = records.iter().map(|record| stories.record("Things", record.sequence.number()).is_recorded());
    assert_eq!(told.collect::<Vec<_>>(), [false, true, true, false, false]);
}
