use serde_json::{Value, json};

use crate::DynamoDb;
use crate::testing::{call, database};

/// A database with the item `a` of a table with the keys `id` and `seq`.
async fn pairs() -> (tempfile::TempDir, DynamoDb) {
    let (folder, db) = database().await;
    let create = json!({
        "TableName": "Pairs",
        "AttributeDefinitions": [
            { "AttributeName": "id", "AttributeType": "S" }, { "AttributeName": "seq", "AttributeType": "N" },
        ],
        "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }, { "AttributeName": "seq", "KeyType": "RANGE" }],
        "BillingMode": "PAY_PER_REQUEST",
    });
    assert_eq!(call(&db, "CreateTable", create).await.0, 200);
    assert_eq!(call(&db, "PutItem", json!({ "TableName": "Pairs", "Item": item() })).await.0, 200);
    (folder, db)
}

fn key() -> Value {
    json!({ "id": { "S": "a" }, "seq": { "N": "1" } })
}

fn item() -> Value {
    json!({ "id": { "S": "a" }, "seq": { "N": "1" }, "n": { "N": "1" } })
}

fn update(expression: &str) -> Value {
    let mut update = json!({ "TableName": "Pairs", "Key": key(), "UpdateExpression": expression });
    for (word, value) in [(":s", json!({ "S": "b" })), (":n", json!({ "N": "2" })), (":set", json!({ "SS": ["x"] }))] {
        if expression.split([' ', ',', ')']).any(|it| it == word) {
            update["ExpressionAttributeValues"][word] = value;
        }
    }
    for (word, name) in [("#i", "id"), ("#t", "seq")] {
        if expression.contains(word) {
            update["ExpressionAttributeNames"][word] = name.into();
        }
    }
    update
}

fn refusal(attribute: &str) -> String {
    format!(
        "One or more parameter values were invalid: Cannot update attribute {attribute}. This attribute is part of the key"
    )
}

#[tokio::test]
async fn an_update_of_a_key_attribute_cancels_the_transaction() {
    let (_folder, db) = pairs().await;
    let other = json!({ "Put": { "TableName": "Pairs", "Item": { "id": { "S": "b" }, "seq": { "N": "1" } } } });
    for (expression, attribute) in [
        ("SET id = :s", "id"),
        ("SET #i = :s", "id"),
        ("SET id.x = :s", "id"),
        ("SET id[0] = :s", "id"),
        ("SET #i.#t = :s", "id"),
        ("SET seq = :n", "seq"),
        ("SET seq = seq + :n", "seq"),
        ("SET n = if_not_exists(n, :n), #t = :n", "seq"),
        ("REMOVE id", "id"),
        ("REMOVE n, #t", "seq"),
        ("ADD seq :n", "seq"),
        ("DELETE id :set", "id"),
        ("SET n = :n REMOVE seq", "seq"),
        ("set n = :n add seq :n", "seq"),
    ] {
        let transaction = json!({ "TransactItems": [other, { "Update": update(expression) }] });
        let (status, answer) = call(&db, "TransactWriteItems", transaction).await;
        assert_eq!(status, 400, "{expression}: {answer}");
        assert_eq!(
            answer,
            json!({
                "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
                "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ValidationError]",
                "CancellationReasons": [
                    { "Code": "None" }, { "Code": "ValidationError", "Message": refusal(attribute) },
                ],
            }),
            "{expression}"
        );
        let scanned = call(&db, "Scan", json!({ "TableName": "Pairs" })).await.1;
        assert_eq!(scanned["Items"], json!([item()]), "{expression}");
    }
    // As UpdateItem refuses it.
    let (status, answer) = call(&db, "UpdateItem", update("SET #i = :s")).await;
    assert_eq!((status, answer["message"].as_str()), (400, Some(refusal("id").as_str())));
}

#[tokio::test]
async fn a_missing_item_and_the_keys_own_value_make_no_difference() {
    let (_folder, db) = pairs().await;
    for id in ["a", "missing"] {
        let mut update = update("SET id = :s");
        update["Key"]["id"]["S"] = id.into();
        update["ExpressionAttributeValues"][":s"]["S"] = id.into();
        let (_, answer) = call(&db, "TransactWriteItems", json!({ "TransactItems": [{ "Update": update }] })).await;
        assert_eq!(answer["CancellationReasons"][0]["Message"], refusal("id"), "{id}");
    }
}

#[tokio::test]
async fn conditions_come_first_and_every_reason_is_told() {
    let (_folder, db) = pairs().await;
    let mut conditional = update("SET #i = :s, n = :n");
    conditional["ConditionExpression"] = "attribute_not_exists(#i) AND n = :n".into();
    let check = json!({ "ConditionCheck": {
        "TableName": "Pairs", "Key": { "id": { "S": "c" }, "seq": { "N": "1" } }, "ConditionExpression": "attribute_exists(id)",
    }});
    let transaction = json!({ "TransactItems": [{ "Update": conditional }, check] });
    let (_, answer) = call(&db, "TransactWriteItems", transaction).await;
    let codes = |answer: &Value| {
        let reasons = answer["CancellationReasons"].as_array().unwrap().clone();
        reasons.iter().map(|reason| reason["Code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(codes(&answer), ["ConditionalCheckFailed", "ConditionalCheckFailed"]);
    conditional["ConditionExpression"] = "attribute_exists(#i) AND n < :n".into();
    let transaction = json!({ "TransactItems": [{ "Update": conditional }, check] });
    let (_, answer) = call(&db, "TransactWriteItems", transaction).await;
    assert_eq!(codes(&answer), ["ValidationError", "ConditionalCheckFailed"]);
    assert_eq!(answer["CancellationReasons"][0]["Message"], refusal("id"));
}

#[tokio::test]
async fn an_update_that_only_reads_the_key_is_made() {
    let (_folder, db) = pairs().await;
    let mut reading = update("SET n = seq + :n, #copy = #i");
    reading["ExpressionAttributeNames"]["#copy"] = "copy".into();
    let transaction = json!({ "TransactItems": [{ "Update": reading }] });
    let (status, answer) = call(&db, "TransactWriteItems", transaction).await;
    assert_eq!((status, answer), (200, json!({})));
    let read = call(&db, "GetItem", json!({ "TableName": "Pairs", "Key": key() })).await.1;
    assert_eq!((&read["Item"]["n"]["N"], &read["Item"]["copy"]["S"]), (&json!("3"), &json!("a")));
}

#[tokio::test]
async fn a_table_that_is_missing_and_a_key_that_does_not_fit_keep_their_own_errors() {
    let (_folder, db) = pairs().await;
    let mut elsewhere = update("SET id = :s");
    elsewhere["TableName"] = "Nowhere".into();
    let (_, answer) = call(&db, "TransactWriteItems", json!({ "TransactItems": [{ "Update": elsewhere }] })).await;
    assert_eq!(answer["__type"], "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException");
    let mut short = update("SET id = :s");
    short["Key"].as_object_mut().unwrap().remove("seq");
    let (_, answer) = call(&db, "TransactWriteItems", json!({ "TransactItems": [{ "Update": short }] })).await;
    let message = "The provided key element does not match the schema";
    assert_eq!(answer["CancellationReasons"][0]["Message"], message);
    let mut long = update("SET n = :n");
    long["Key"]["n"] = json!({ "N": "1" });
    let (_, answer) = call(&db, "TransactWriteItems", json!({ "TransactItems": [{ "Update": long }] })).await;
    assert_eq!(answer["CancellationReasons"][0]["Message"], message);
}
