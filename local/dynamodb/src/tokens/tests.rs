use std::time::{Duration, Instant};

use rusqlite::StatementStatus;
use serde_json::{Value, json};

use super::{Due, EVERY, FIND, FORGET, KEEP, OLDEST, Token, WINDOW};
use crate::DynamoDb;
use crate::dispatch::dispatch;
use crate::store::Store;
use crate::testing::{call, database, things};

/// A transaction that adds 1 to `n` of the item `a`.
fn add(token: &str) -> Value {
    let update = json!({
        "TableName": "Things", "Key": {"id": {"S": "a"}}, "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    });
    json!({"TransactItems": [{"Update": update}], "ClientRequestToken": token})
}

async fn made(db: &DynamoDb, request: Value) {
    assert_eq!(call(db, "TransactWriteItems", request).await, (200, json!({})));
}

/// `n` of the item `a`.
async fn count(db: &DynamoDb) -> Value {
    let (_, read) = call(db, "GetItem", json!({"TableName": "Things", "Key": {"id": {"S": "a"}}})).await;
    read["Item"]["n"]["N"].clone()
}

/// All tokens become older by this many milliseconds.
async fn age(db: &DynamoDb, by: i64) {
    let aged =
        db.inner.engine.run(move |store| store.connection().execute(r#"UPDATE "local:tokens" SET at = at - ?1"#, [by]));
    aged.await.unwrap().unwrap();
}

async fn kept(db: &DynamoDb) -> i64 {
    let kept = db
        .inner
        .engine
        .run(|store| store.connection().query_row(r#"SELECT COUNT(*) FROM "local:tokens""#, [], |row| row.get(0)));
    kept.await.unwrap().unwrap()
}

#[tokio::test]
async fn a_repeated_token_applies_once_for_ten_minutes_whatever_restarts() {
    let (folder, db) = database().await;
    for _ in 0..3 {
        made(&db, add("t")).await;
    }
    assert_eq!(count(&db).await, "1");
    drop(db);
    let db = DynamoDb::open(folder.path()).unwrap();
    age(&db, WINDOW - 60_000).await;
    made(&db, add("t")).await;
    assert_eq!(count(&db).await, "1");
    age(&db, 60_001).await;
    made(&db, add("t")).await;
    made(&db, add("t")).await;
    assert_eq!(count(&db).await, "2");
}

#[tokio::test]
async fn another_request_by_the_same_token_is_refused() {
    let (_folder, db) = database().await;
    made(&db, add("t")).await;
    let mut other = add("t");
    other["TransactItems"][0]["Update"]["ExpressionAttributeValues"][":one"]["N"] = "2".into();
    let (status, refused) = call(&db, "TransactWriteItems", other).await;
    assert_eq!(status, 400);
    assert_eq!(refused["__type"], "com.amazonaws.dynamodb.v20120810#IdempotentParameterMismatchException");
    assert_eq!(count(&db).await, "1");
    // What is to be returned is no part of the request that the token is for.
    let mut again = add("t");
    again["ReturnConsumedCapacity"] = "TOTAL".into();
    let (_, response) = call(&db, "TransactWriteItems", again).await;
    let read = json!([{"TableName": "Things", "CapacityUnits": 2.0, "ReadCapacityUnits": 2.0}]);
    assert_eq!(response, json!({"ConsumedCapacity": read}));
}

#[tokio::test]
async fn a_cancelled_transaction_leaves_no_token_and_one_that_only_checks_leaves_one() {
    let (_folder, db) = database().await;
    let check = |condition: &str| {
        let check = json!({"TableName": "Things", "Key": {"id": {"S": "a"}}, "ConditionExpression": condition});
        json!({"TransactItems": [{"ConditionCheck": check}], "ClientRequestToken": condition})
    };
    let there = check("attribute_exists(id)");
    assert_eq!(call(&db, "TransactWriteItems", there.clone()).await.0, 400);
    let mut conditional = add("t");
    conditional["TransactItems"][0]["Update"]["ConditionExpression"] = "attribute_exists(id)".into();
    assert_eq!(call(&db, "TransactWriteItems", conditional).await.0, 400);
    let absent = check("attribute_not_exists(id)");
    made(&db, absent.clone()).await;
    made(&db, add("t")).await;
    made(&db, there).await;
    made(&db, absent).await;
}

#[tokio::test]
async fn of_calls_at_once_with_one_token_one_applies() {
    let (_folder, db) = database().await;
    let calls = (0..16).map(|_| {
        let db = db.clone();
        tokio::spawn(async move { made(&db, add("t")).await })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap();
    }
    assert_eq!(count(&db).await, "1");
}

#[tokio::test]
async fn partiql_has_tokens_of_its_own() {
    let (_folder, db) = database().await;
    let change = |statement: &str| json!({"TransactStatements": [{"Statement": statement}], "ClientRequestToken": "t"});
    made(&db, add("t")).await;
    let insert = change("INSERT INTO \"Things\" VALUE {'id': 'b'}");
    for _ in 0..2 {
        assert_eq!(call(&db, "ExecuteTransaction", insert.clone()).await, (200, json!({"Responses": []})));
    }
    let (status, refused) = call(&db, "ExecuteTransaction", change("INSERT INTO \"Things\" VALUE {'id': 'c'}")).await;
    assert_eq!((status, refused["__type"].as_str().unwrap().ends_with("MismatchException")), (400, true));
    let read = json!({"TransactStatements": [{"Statement": "SELECT * FROM \"Things\" WHERE id = 'a'"}], "ClientRequestToken": "r"});
    for n in ["1", "2"] {
        let item = json!({"Item": {"id": {"S": "a"}, "n": {"N": n}}});
        assert_eq!(call(&db, "ExecuteTransaction", read.clone()).await, (200, json!({"Responses": [item]})));
        made(&db, add(n)).await;
    }
}

/// The token is committed with the change itself: no other statement writes it here.
#[tokio::test]
async fn any_change_of_any_table_records_the_token_that_is_due() {
    fn records(store: &Store, operation: &str, request: &Value) -> bool {
        let token = Token::of("T", r#"{"ClientRequestToken": "t", "TransactItems": []}"#).unwrap();
        *store.tokens.due() = Due { token: Some(token.clone()), recorded: false };
        dispatch(store, operation, &request.to_string()).unwrap().unwrap();
        let due = std::mem::take(&mut *store.tokens.due());
        let found = store.tokens.find(store.connection(), &token).unwrap();
        store.connection().execute(r#"DELETE FROM "local:tokens""#, []).unwrap();
        assert_eq!(due.recorded, found);
        found
    }
    fn changes(store: &Store) {
        let key = json!({"TableName": "Things", "Key": {"id": {"S": "a"}}});
        let put = json!({"TableName": "Things", "Item": {"id": {"S": "a"}}});
        let mut update = key.clone();
        update["UpdateExpression"] = "SET n = id".into();
        for (operation, request) in
            [("PutItem", &put), ("PutItem", &put), ("UpdateItem", &update), ("DeleteItem", &key)]
        {
            assert!(records(store, operation, request), "{operation}");
        }
        assert!(!records(store, "GetItem", &key));
        assert!(!records(store, "DeleteItem", &key), "there was nothing to delete");
    }
    let (folder, db) = database().await;
    db.inner.engine.run(|store| changes(store)).await.unwrap();
    assert_eq!(call(&db, "DeleteTable", json!({"TableName": "Things"})).await.0, 200);
    db.ensure_table(&things()).await.unwrap();
    db.inner.engine.run(|store| changes(store)).await.unwrap();
    drop(db);
    let db = DynamoDb::open(folder.path()).unwrap();
    db.inner.engine.run(|store| changes(store)).await.unwrap();
}

/// Steps of SQLite's machine that a transaction with a new token takes here, at the dearest.
async fn steps(db: &DynamoDb) -> i32 {
    let steps = |store: &mut Store| {
        let connection = store.connection();
        let steps = |sql: &str| connection.prepare_cached(sql).unwrap().reset_status(StatementStatus::VmStep);
        [FIND, KEEP, OLDEST, FORGET].iter().map(|sql| steps(sql)).sum::<i32>()
    };
    db.inner.engine.run(steps).await.unwrap();
    let checks = (0..EVERY).map(|n| {
        let check = json!({"TableName": "Things", "Key": {"id": {"S": "a"}}, "ConditionExpression": "attribute_not_exists(id)"});
        json!({"TransactItems": [{"ConditionCheck": check}], "ClientRequestToken": format!("check {n}")})
    });
    for check in checks {
        made(db, check).await;
    }
    db.inner.engine.run(steps).await.unwrap()
}

#[tokio::test]
async fn a_transaction_costs_as_much_after_twenty_thousand_as_after_ten() {
    let (_folder, db) = database().await;
    let fill = |from: i64, to: i64| {
        db.inner.engine.run(move |store| {
            let now = Token::of("T", r#"{"ClientRequestToken": "t", "TransactItems": []}"#).unwrap().at;
            let mut keep = store.connection().prepare(KEEP).unwrap();
            for n in from..to {
                keep.execute((format!("earlier {n}"), n, now)).unwrap();
            }
        })
    };
    fill(0, 10).await.unwrap();
    let few = steps(&db).await;
    fill(10, 20_000).await.unwrap();
    let forget_checks = db
        .inner
        .engine
        .run(|store| store.connection().execute(r#"DELETE FROM "local:tokens" WHERE token LIKE '%check%'"#, []));
    forget_checks.await.unwrap().unwrap();
    assert_eq!(steps(&db).await, few);
}

#[tokio::test]
async fn what_is_past_its_window_is_forgotten_a_bounded_number_at_a_time() {
    let (_folder, db) = database().await;
    let fill = db.inner.engine.run(|store| {
        let mut keep = store.connection().prepare(KEEP).unwrap();
        for n in 0..i64::from(5 * EVERY) {
            keep.execute((format!("old {n}"), n, 0)).unwrap();
        }
    });
    fill.await.unwrap();
    let every = i64::from(EVERY);
    for (round, left) in [(0, 4 * every), (1, 3 * every), (2, 3 * every), (3, 4 * every)] {
        for n in 0..EVERY {
            made(&db, add(&format!("{round} {n}"))).await;
        }
        assert_eq!(kept(&db).await, left, "{round}");
    }
}

#[tokio::test]
async fn a_panic_within_a_transaction_leaves_neither_it_nor_its_token() {
    let (_folder, db) = database().await;
    let lost = db.inner.engine.run(|store| {
        *store.tokens.due() =
            Due { token: Token::of("T", r#"{"ClientRequestToken": "t", "TransactItems": []}"#), recorded: false };
        store.storage.begin_transaction().unwrap();
        dispatch(store, "PutItem", r#"{"TableName": "Things", "Item": {"id": {"S": "lost"}}}"#).unwrap().unwrap();
        panic!("as a test")
    });
    let lost: Result<(), _> = lost.await;
    lost.unwrap_err();
    let began = Instant::now();
    made(&db, add("t")).await;
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    assert_eq!((count(&db).await, kept(&db).await), (json!("1"), 1));
    let (_, lost) = call(&db, "GetItem", json!({"TableName": "Things", "Key": {"id": {"S": "lost"}}})).await;
    assert_eq!(lost, json!({}));
}
