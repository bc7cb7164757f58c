use bytes::Bytes;
use http::{Method, Request};
use serde_json::{Value, json};

use crate::faults::{Fault, FaultKind};
use crate::testing::{call, call_as, database, put, request};

fn get(id: &str) -> Value {
    json!({ "TableName": "Things", "Key": { "id": { "S": id } } })
}

fn fresh(id: &str) -> Value {
    json!({ "TableName": "Things", "Item": { "id": { "S": id } }, "ConditionExpression": "attribute_not_exists(id)" })
}

#[tokio::test]
async fn an_item_comes_back_as_it_was_put() {
    let (_folder, db) = database().await;
    let item = json!({ "id": { "S": "a" }, "n": { "N": "1.5" }, "l": { "L": [{ "BOOL": true }, { "NULL": true }] } });
    call(&db, "PutItem", json!({ "TableName": "Things", "Item": item })).await;
    assert_eq!(call(&db, "GetItem", get("a")).await, (200, json!({ "Item": item })));
}

#[tokio::test]
async fn answers_say_what_they_are() {
    let (_folder, db) = database().await;
    let response = db.handle(None, request("GetItem", &get("a"))).await;
    assert_eq!(response.headers()["content-type"], "application/x-amz-json-1.0");
    assert_eq!(response.headers()["x-amzn-requestid"].len(), 32);
}

#[tokio::test]
async fn refusals_are_worded_as_dynamodb_words_them() {
    let (_folder, db) = database().await;
    put(&db, "a").await;
    let (status, body) = call(&db, "PutItem", fresh("a")).await;
    assert_eq!(status, 400);
    assert_eq!(body["__type"], "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException");
    assert_eq!(body["message"], "The conditional request failed");

    let (status, body) = call(&db, "GetItem", json!({ "TableName": "Others", "Key": { "id": { "S": "a" } } })).await;
    assert_eq!((status, &body["__type"]), (400, &json!("com.amazonaws.dynamodb.v20120810#ResourceNotFoundException")));

    let (status, body) = call(&db, "GetItem", json!({ "TableName": 3 })).await;
    assert_eq!((status, &body["__type"]), (400, &json!("com.amazon.coral.service#SerializationException")));

    let both = json!({ "TransactItems": [{ "Put": fresh("b") }, { "Put": fresh("a") }] });
    let (status, body) = call(&db, "TransactWriteItems", both).await;
    assert_eq!((status, &body["CancellationReasons"][0]["Code"]), (400, &json!("None")));
    assert_eq!(body["CancellationReasons"][1]["Code"], "ConditionalCheckFailed");
    assert_eq!(call(&db, "GetItem", get("b")).await, (200, json!({})));
}

#[tokio::test]
async fn tools_find_the_limits_and_that_no_points_in_time_are_kept() {
    let (_folder, db) = database().await;
    let (status, limits) = call(&db, "DescribeLimits", json!({})).await;
    assert_eq!((status, &limits["TableMaxReadCapacityUnits"]), (200, &json!(40_000)));
    let (status, backups) = call(&db, "DescribeContinuousBackups", json!({"TableName": "Things"})).await;
    let recovery = &backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"];
    assert_eq!((status, recovery), (200, &json!({"PointInTimeRecoveryStatus": "DISABLED"})));
    let (status, missing) = call(&db, "DescribeContinuousBackups", json!({"TableName": "none"})).await;
    let expected = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TableNotFoundException", "message": "Table not found: none",
    });
    assert_eq!((status, missing), (400, expected));
    let (status, unnamed) = call(&db, "DescribeContinuousBackups", json!({})).await;
    assert!(status == 400 && unnamed["__type"].as_str().unwrap().contains("ValidationException"), "{unnamed}");
}

#[tokio::test]
async fn what_is_no_call_is_refused() {
    let (_folder, db) = database().await;
    let (status, body) = call(&db, "MakeTea", json!({})).await;
    let unknown = json!({
        "__type": "com.amazon.coral.service#UnknownOperationException",
        "message": "MakeTea of DynamoDB is not emulated on one machine",
    });
    assert_eq!((status, body), (400, unknown));
    let unreadable = request("GetItem", &json!({})).map(|_| Bytes::from("{"));
    let response = db.handle(None, unreadable).await;
    assert_eq!(response.status(), 400);
    assert_eq!(response.body(), r#"{"__type":"com.amazon.coral.service#SerializationException"}"#);

    // A browser asking whether a page may call: no, and not in words that could mean yes.
    let preflight = Request::builder().method(Method::OPTIONS).header("origin", "https://example.com");
    let response = db.handle(None, preflight.body(Bytes::new()).unwrap()).await;
    assert_eq!(response.status(), 404);
    assert_eq!(response.headers().get("access-control-allow-origin"), None);
    assert_eq!(db.calls().snapshot().len(), 0);
}

#[tokio::test]
async fn the_streams_api_is_answered_too() {
    let (_folder, db) = database().await;
    put(&db, "a").await;
    let request = Request::post("/").header("x-amz-target", "DynamoDBStreams_20120810.ListStreams");
    let response = db.handle(None, request.body(Bytes::from("{}")).unwrap()).await;
    let streams: Value = serde_json::from_slice(response.body()).unwrap();
    assert_eq!(streams["Streams"][0]["TableName"], "Things");
}

#[tokio::test]
async fn calls_and_units_are_counted_by_caller() {
    let (_folder, db) = database().await;
    call_as(&db, Some("create"), "PutItem", fresh("a")).await;
    call_as(&db, Some("create"), "PutItem", fresh("a")).await;
    // Asked for, the capacity stays in the answer; not asked for, it is only counted.
    let mut read = get("a");
    assert_eq!(call_as(&db, Some("get"), "GetItem", read.clone()).await.1, json!({ "Item": { "id": { "S": "a" } } }));
    read["ReturnConsumedCapacity"] = "TOTAL".into();
    read["ConsistentRead"] = true.into();
    assert_eq!(call_as(&db, Some("get"), "GetItem", read).await.1["ConsumedCapacity"]["CapacityUnits"], 1.0);
    let pair = json!({ "TransactItems": [{ "Put": fresh("b") }, { "Put": fresh("c") }] });
    call(&db, "TransactWriteItems", pair).await;

    let calls = db.calls().reset();
    let calls = serde_json::to_value(calls).unwrap();
    assert_eq!(
        calls,
        json!({
            "create": { "PutItem": { "calls": 2, "failed": 1, "units": 1.0 } },
            "get": { "GetItem": { "calls": 2, "failed": 0, "units": 1.5 } },
            "-": { "TransactWriteItems": { "calls": 1, "failed": 0, "units": 4.0 } },
        })
    );
    assert!(db.calls().snapshot().is_empty());
}

#[tokio::test]
async fn faults_are_worded_and_leave_no_trace() {
    let (_folder, db) = database().await;
    for (kind, status, name) in [
        (FaultKind::ThrottlingException, 400, "com.amazon.coral.availability#ThrottlingException"),
        (
            FaultKind::ProvisionedThroughputExceededException,
            400,
            "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
        ),
        (FaultKind::TransactionConflict, 400, "com.amazonaws.dynamodb.v20120810#TransactionConflictException"),
        (FaultKind::InternalServerError, 500, "com.amazonaws.dynamodb.v20120810#InternalServerError"),
    ] {
        db.faults().inject(Fault::next(kind));
        let (code, body) = call(&db, "PutItem", fresh("a")).await;
        assert_eq!((code, body["__type"].as_str().unwrap()), (status, name));
    }
    assert_eq!(call(&db, "PutItem", fresh("a")).await.0, 200);
}

#[tokio::test]
async fn a_conflicting_transaction_is_cancelled_with_its_reasons() {
    let (_folder, db) = database().await;
    db.faults().inject(Fault { table: Some("Things".to_owned()), ..Fault::next(FaultKind::TransactionConflict) });
    let pair = json!({ "TransactItems": [{ "Put": fresh("b") }, { "Put": fresh("c") }] });
    let (status, body) = call(&db, "TransactWriteItems", pair.clone()).await;
    assert_eq!(status, 400);
    assert_eq!(
        body,
        json!({
            "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
            "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons [TransactionConflict, None]",
            "CancellationReasons": [
                { "Code": "TransactionConflict", "Message": "Transaction is ongoing for the item" },
                { "Code": "None" },
            ],
        })
    );
    assert_eq!(call(&db, "TransactWriteItems", pair).await.0, 200);
}

#[tokio::test]
async fn a_lost_answer_hides_a_write_that_happened() {
    let (_folder, db) = database().await;
    let mut news = db.writes("Things");
    db.faults().inject(Fault::next(FaultKind::AnswerLost));
    assert_eq!(call(&db, "PutItem", fresh("a")).await.0, 500);
    news.changed().await.unwrap();
    assert_eq!(call(&db, "GetItem", get("a")).await.1["Item"]["id"]["S"], "a");
}

#[tokio::test]
async fn only_a_write_that_happened_is_news_and_only_of_its_tables() {
    let (_folder, db) = database().await;
    let (mut news, others) = (db.writes("Things"), db.writes("Others"));
    call(&db, "GetItem", get("a")).await;
    call(&db, "Query", json!({ "TableName": "Things" })).await;
    assert!(!news.has_changed().unwrap());
    let table = "arn:aws:dynamodb:us-east-1:000000000000:table/Things";
    for write in [
        ("PutItem", fresh("a")),
        ("UpdateItem", json!({ "TableName": "Things", "Key": { "id": { "S": "a" } } })),
        ("DeleteItem", json!({ "TableName": "Things", "Key": { "id": { "S": "a" } } })),
        ("TransactWriteItems", json!({ "TransactItems": [{ "Put": fresh("b") }] })),
        (
            "BatchWriteItem",
            json!({ "RequestItems": { "Things": [{ "PutRequest": { "Item": { "id": { "S": "c" } } } }] } }),
        ),
    ] {
        assert_eq!(call(&db, write.0, write.1).await.0, 200, "{}", write.0);
        assert!(news.has_changed().unwrap(), "{}", write.0);
        news.mark_unchanged();
    }
    assert_eq!(call(&db, "PutItem", fresh("b")).await.0, 400);
    assert!(!news.has_changed().unwrap());
    assert!(!others.has_changed().unwrap());
    // PartiQL names its tables in text that is not read: everyone is told.
    let insert = json!({ "Statement": "INSERT INTO \"Things\" VALUE {'id': 'd'}" });
    assert_eq!(call(&db, "ExecuteStatement", insert).await.0, 200);
    assert!(news.has_changed().unwrap() && others.has_changed().unwrap());
    // By ARN too.
    news.mark_unchanged();
    let named = crate::protocol::Call::read(request("PutItem", &json!({ "TableName": table }))).unwrap();
    assert_eq!(named.tables, ["Things"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_race_for_one_item_one_wins() {
    let (_folder, db) = database().await;
    let racers: Vec<_> = (0..16)
        .map(|_| {
            let db = db.clone();
            tokio::spawn(async move { call(&db, "PutItem", fresh("a")).await.0 })
        })
        .collect();
    let mut wins = 0;
    for racer in racers {
        wins += usize::from(racer.await.unwrap() == 200);
    }
    assert_eq!(wins, 1);
}

/// What is nested too deep for a reader's stack is refused, and no request ends the process.
#[tokio::test]
async fn what_is_nested_without_end_is_refused() {
    let (_folder, db) = database().await;
    let key = json!({ "id": { "S": "a" } });
    for condition in [
        "(".repeat(4_000),
        format!("{}a = :v{}", "(".repeat(2_000), ")".repeat(2_000)),
        "NOT ".repeat(1_000),
        "(".repeat(200_000),
    ] {
        let request = json!({
            "TableName": "Things", "Item": key, "ConditionExpression": condition,
            "ExpressionAttributeValues": { ":v": { "S": "v" } },
        });
        assert_eq!(call(&db, "PutItem", request).await.0, 400, "{condition:.20}");
    }
    for deep in [60, 120, 10_000] {
        let value = format!("{}{{\"S\":\"x\"}}{}", "{\"L\":[".repeat(deep), "]}".repeat(deep));
        let body = format!("{{\"TableName\":\"Things\",\"Item\":{{\"id\":{{\"S\":\"a\"}},\"deep\":{value}}}}}");
        let request = http::Request::post("/").header("x-amz-target", "DynamoDB_20120810.PutItem");
        let response = db.handle(None, request.body(body.into()).unwrap()).await;
        assert_eq!(response.status(), 400, "{deep}");
    }
    for statement in [
        format!("SELECT * FROM Things WHERE {}", "(".repeat(8_000)),
        format!("INSERT INTO Things VALUE {}", "[".repeat(8_000)),
        "{'a':".repeat(1_600),
    ] {
        assert_eq!(call(&db, "ExecuteStatement", json!({ "Statement": statement })).await.0, 400, "{statement:.40}");
    }
    for number in ["1e999999999", "-1e-999999999", &"9".repeat(100_000), "1e99999999999999999999"] {
        let item = json!({ "id": { "S": "a" }, "n": { "N": number } });
        assert_eq!(call(&db, "PutItem", json!({ "TableName": "Things", "Item": item })).await.0, 400, "{number:.20}");
    }
}
