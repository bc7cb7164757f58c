//! A write that leaves an item as it was makes no stream record. DynamoDB Developer Guide, "Change data capture for DynamoDB
//! Streams": "If you perform a PutItem or UpdateItem operation that does not change any data in an item, DynamoDB Streams does
//! not write a stream record for that operation."

use serde_json::{Value, json};

use super::{key, put, things};
use crate::case::Case;

pub fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = unchanging()
        .into_iter()
        .map(|(name, operation, body)| {
            let name = format!("no record: {name}");
            Case::new(name, operation, body).after("PutItem", put(&item())).then("records", json!(["INSERT"]))
        })
        .collect();
    cases.extend(changing().into_iter().map(|(name, attribute, value)| {
        let mut changed = item();
        changed[attribute] = value;
        let name = format!("a record: {name}");
        Case::new(name, "PutItem", put(&changed))
            .after("PutItem", put(&item()))
            .then("records", json!(["INSERT", "MODIFY"]))
    }));
    let puts = [item(), key("b")].map(|item| json!({ "Put": put(&item) }));
    cases.push(
        Case::new(
            "a record: of what a transaction changes only",
            "TransactWriteItems",
            json!({ "TransactItems": puts }),
        )
        .after("PutItem", put(&item()))
        .then("records", json!(["INSERT", "INSERT"])),
    );
    let removal = Case::new("a record: an item that goes", "DeleteItem", things(json!({ "Key": key("a") })));
    cases.push(removal.after("PutItem", put(&item())).then("records", json!(["INSERT", "REMOVE"])));
    cases
}

fn item() -> Value {
    json!({
        "id": { "S": "a" },
        "n": { "N": "1" },
        "set": { "NS": ["1", "20"] },
        "map": { "M": { "a": { "S": "x" }, "b": { "L": [{ "BOOL": true }, { "NULL": true }] }, "a\"b": { "B": "AA==" } } },
    })
}

/// The same item, told otherwise.
fn equal() -> Value {
    json!({
        "map": { "M": { "b": { "L": [{ "BOOL": true }, { "NULL": true }] }, "a\"b": { "B": "AA==" }, "a": { "S": "x" } } },
        "set": { "NS": ["2e1", "1.0"] },
        "n": { "N": "1.00" },
        "id": { "S": "a" },
    })
}

fn update(expression: &str) -> Value {
    let mut update = things(json!({ "Key": key("a"), "UpdateExpression": expression }));
    if expression.contains(":n") {
        update["ExpressionAttributeValues"] = json!({ ":n": { "N": "1.0" } });
    }
    update
}

fn unchanging() -> Vec<(&'static str, &'static str, Value)> {
    let missing = things(json!({ "Key": key("missing") }));
    vec![
        ("put of an equal item", "PutItem", put(&equal())),
        ("update to the same number", "UpdateItem", update("SET n = :n")),
        ("update that removes nothing", "UpdateItem", update("REMOVE absent")),
        ("update without an expression", "UpdateItem", things(json!({ "Key": key("a") }))),
        (
            "put of an equal item in a batch",
            "BatchWriteItem",
            json!({ "RequestItems": { "Things": [{ "PutRequest": { "Item": equal() } }] } }),
        ),
        (
            "put of an equal item in a transaction",
            "TransactWriteItems",
            json!({ "TransactItems": [{ "Put": put(&equal()) }] }),
        ),
        (
            "update to the same number in a transaction",
            "TransactWriteItems",
            json!({ "TransactItems": [{ "Update": update("SET n = :n") }] }),
        ),
        ("delete of a missing item", "DeleteItem", missing.clone()),
        (
            "delete of a missing item in a transaction",
            "TransactWriteItems",
            json!({ "TransactItems": [{ "Delete": missing }] }),
        ),
        (
            "PartiQL's update to the same number",
            "ExecuteStatement",
            json!({ "Statement": r#"UPDATE "Things" SET n=1.0 WHERE id='a'"# }),
        ),
        (
            "numbers added to a set that has them",
            "UpdateItem",
            things(json!({
                "Key": key("a"), "UpdateExpression": "ADD #s :s",
                "ExpressionAttributeNames": { "#s": "set" }, "ExpressionAttributeValues": { ":s": { "NS": ["1.0", "2e1"] } },
            })),
        ),
    ]
}

fn changing() -> Vec<(&'static str, &'static str, Value)> {
    vec![
        ("another number", "n", json!({ "N": "2" })),
        ("another type", "n", json!({ "S": "1" })),
        ("another member of a set", "set", json!({ "NS": ["1", "30"] })),
        ("a set of another type", "set", json!({ "SS": ["1", "20"] })),
        ("a list instead of a set", "set", json!({ "L": [{ "N": "1" }, { "N": "20" }] })),
        ("fewer entries", "map", json!({ "M": { "a": { "M": { "b": { "S": "x" } } } } })),
        ("a name with a point", "map", json!({ "M": { "a.b": { "S": "x" } } })),
        ("a name with quotes", "map", json!({ "M": { "a\".\"b": { "S": "x" } } })),
        (
            "a list in another order",
            "map",
            json!({ "M": { "a": { "S": "x" }, "b": { "L": [{ "NULL": true }, { "BOOL": true }] }, "a\"b": { "B": "AA==" } } }),
        ),
    ]
}
