use serde_json::{Value, json};

use crate::testing::{call, database, event, put, things};
use crate::{DynamoDb, Error, Sequence};

async fn described(db: &DynamoDb) -> Value {
    call(db, "DescribeTable", json!({ "TableName": "Things" })).await.1["Table"].take()
}

#[tokio::test]
async fn ensuring_a_table_twice_changes_nothing() {
    let (folder, db) = database().await;
    put(&db, "a").await;
    let before = described(&db).await;
    drop(db);
    let db = DynamoDb::open(folder.path()).unwrap();
    db.ensure_table(&things()).await.unwrap();
    assert_eq!(described(&db).await, before);
    let ttl = call(&db, "DescribeTimeToLive", json!({ "TableName": "Things" })).await.1;
    assert_eq!(ttl, json!({ "TimeToLiveDescription": { "TimeToLiveStatus": "ENABLED", "AttributeName": "expires" } }));
}

#[tokio::test]
async fn another_key_is_an_error_that_says_what_to_do() {
    let (_folder, db) = database().await;
    let mut numbered = things();
    numbered.definition["AttributeDefinitions"][0]["AttributeType"] = "N".into();
    let error = db.ensure_table(&numbered).await.unwrap_err();
    assert!(matches!(&error, Error::Changed { table, what: "key" } if table == "Things"));
    assert!(error.to_string().contains("--fresh"), "{error}");
}

#[tokio::test]
async fn a_stream_and_a_ttl_are_switched_in_place() {
    let (_folder, db) = database().await;
    let mut changed = things();
    changed.definition.as_object_mut().unwrap().remove("StreamSpecification");
    changed.ttl_attribute = Some("gone".to_owned());
    db.ensure_table(&changed).await.unwrap();
    assert_eq!(described(&db).await["StreamSpecification"]["StreamViewType"], Value::Null);
    assert!(matches!(db.stream(&changed), Err(Error::NoStream(table)) if table == "Things"));
    put(&db, "unseen").await;

    db.ensure_table(&things()).await.unwrap();
    put(&db, "seen").await;
    let records = db.stream(&things()).unwrap().read_after(Sequence::START, 10).await.unwrap();
    assert_eq!(records.len(), 1);
    let ttl = call(&db, "DescribeTimeToLive", json!({ "TableName": "Things" })).await.1;
    assert_eq!(ttl["TimeToLiveDescription"]["AttributeName"], "expires");
}

#[tokio::test]
async fn a_global_index_comes_changes_and_goes_with_the_items_in_place() {
    let (_folder, db) = database().await;
    call(&db, "PutItem", json!({ "TableName": "Things", "Item": { "id": { "S": "a" }, "kind": { "S": "k" } } })).await;
    let mut indexed = things();
    indexed.definition["AttributeDefinitions"] = json!([
        { "AttributeName": "id", "AttributeType": "S" },
        { "AttributeName": "kind", "AttributeType": "S" },
    ]);
    indexed.definition["GlobalSecondaryIndexes"] = json!([{
        "IndexName": "byKind",
        "KeySchema": [{ "AttributeName": "kind", "KeyType": "HASH" }],
        "Projection": { "ProjectionType": "KEYS_ONLY" },
    }]);
    let query = json!({
        "TableName": "Things",
        "IndexName": "byKind",
        "KeyConditionExpression": "kind = :kind",
        "ExpressionAttributeValues": { ":kind": { "S": "k" } },
    });
    for projection in ["KEYS_ONLY", "ALL"] {
        indexed.definition["GlobalSecondaryIndexes"][0]["Projection"]["ProjectionType"] = projection.into();
        db.ensure_table(&indexed).await.unwrap();
        let table = described(&db).await;
        assert_eq!(table["GlobalSecondaryIndexes"][0]["Projection"]["ProjectionType"], projection);
        assert_eq!(call(&db, "Query", query.clone()).await.1["Count"], 1);
    }
    db.ensure_table(&things()).await.unwrap();
    assert_eq!(described(&db).await["GlobalSecondaryIndexes"], Value::Null);
    assert_eq!(call(&db, "Scan", json!({ "TableName": "Things" })).await.1["Count"], 1);
}

#[tokio::test]
async fn every_arn_of_a_table_names_the_region_and_its_stream() {
    let (_folder, db) = database().await;
    let mut indexed = things();
    indexed.definition["AttributeDefinitions"] = json!([
        { "AttributeName": "id", "AttributeType": "S" },
        { "AttributeName": "kind", "AttributeType": "S" },
    ]);
    indexed.definition["GlobalSecondaryIndexes"] = json!([{
        "IndexName": "byKind",
        "KeySchema": [{ "AttributeName": "kind", "KeyType": "HASH" }],
        "Projection": { "ProjectionType": "ALL" },
    }]);
    db.ensure_table(&indexed).await.unwrap();
    let table = described(&db).await;
    let arn = "arn:aws:dynamodb:us-east-1:000000000000:table/Things";
    assert_eq!(table["TableArn"], arn);
    assert_eq!(table["GlobalSecondaryIndexes"][0]["IndexArn"], format!("{arn}/index/byKind"));
    assert_eq!(table["LatestStreamArn"], things().stream_arn());
    assert_eq!(table["LatestStreamLabel"], "local");
    assert!(!table.to_string().contains("dynoxide"), "{table}");
    let tags = json!({ "ResourceArn": table["TableArn"], "Tags": [{ "Key": "k", "Value": "v" }] });
    assert_eq!(call(&db, "TagResource", tags).await.0, 200);
    let gone = call(&db, "DeleteTable", json!({ "TableName": "Things" })).await.1;
    assert_eq!(gone["TableDescription"]["TableArn"], arn);
}

#[tokio::test]
async fn a_streams_view_is_the_templates_and_may_change() {
    let (folder, db) = database().await;
    let mut keys = things();
    keys.definition["StreamSpecification"]["StreamViewType"] = "KEYS_ONLY".into();
    for (table, view) in [(keys, "KEYS_ONLY"), (things(), "NEW_AND_OLD_IMAGES")] {
        db.ensure_table(&table).await.unwrap();
        assert_eq!(described(&db).await["StreamSpecification"]["StreamViewType"], view);
    }
    // A data folder whose streams were made with a view of dynoxide's.
    drop(db);
    let earlier = "DELETE FROM \"local:stream_views\"; UPDATE _tables SET stream_view_type = 'NEW_IMAGE'";
    rusqlite::Connection::open(folder.path().join("dynamodb.sqlite")).unwrap().execute_batch(earlier).unwrap();
    let db = DynamoDb::open(folder.path()).unwrap();
    assert_eq!(described(&db).await["StreamSpecification"]["StreamViewType"], "NEW_IMAGE");
    let twice = json!({ "TableName": "Things", "Item": { "id": { "S": "a" } } });
    call(&db, "PutItem", twice.clone()).await;
    call(&db, "PutItem", twice).await;
    let mut table = things();
    table.definition["StreamSpecification"]["StreamViewType"] = "NEW_IMAGE".into();
    let records = db.stream(&table).unwrap().read_after(Sequence::START, 10).await.unwrap();
    assert_eq!(records.len(), 1);
    assert_eq!(event(&records[0])["dynamodb"]["NewImage"], json!({ "id": { "S": "a" } }));
}
