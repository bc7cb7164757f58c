//! A set has each member once, and at least one. DynamoDB Developer Guide, "Supported data types": "Each value within a set must be
//! unique", "Empty sets […] not allowed". It holds inside lists and maps too, and for values that an expression only compares with.

use serde_json::{Value, json};

use super::{key, put, things};
use crate::case::Case;

/// What no value has in it: sets, and a number.
const WRONG: [(&str, &str); 5] = [
    ("a number twice", r#"{"NS": ["1e0", "1"]}"#),
    ("a text twice", r#"{"SS": ["x", "y", "x"]}"#),
    ("bytes twice", r#"{"BS": ["AA==", "AA=="]}"#),
    ("an empty set", r#"{"SS": []}"#),
    ("no number", r#"{"N": "one"}"#),
];

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (what, value) in WRONG {
        let value: Value = serde_json::from_str(value).unwrap();
        let nested = [
            (what.to_owned(), value.clone()),
            (format!("{what}, in a list"), json!({ "L": [{ "S": "x" }, value] })),
            (format!("{what}, in a map of lists"), json!({ "M": { "k": { "L": [value] } } })),
        ];
        for (what, value) in nested {
            for (place, operation, request) in requests(&value) {
                let case = Case::new(format!("{place}: {what}"), operation, request);
                cases.push(case.after("PutItem", put(&key("a"))).refused("ValidationException", None));
            }
        }
    }
    let sound =
        json!({ "L": [{ "NS": ["1", "2"] }, { "NS": ["1"] }, { "M": { "k": { "SS": ["1", "2"] } } }, { "S": "" }] });
    for (place, operation, request) in requests(&sound) {
        // The conditions don't hold.
        let refused = (place.starts_with("condition") || place == "expected value").then_some(match operation {
            "TransactWriteItems" => "TransactionCanceledException",
            _ => "ConditionalCheckFailedException",
        });
        let mut case =
            Case::new(format!("{place}: sets in a list"), operation, request).after("PutItem", put(&key("a")));
        if let Some(error) = refused {
            case = case.refused(error, None);
        }
        cases.push(case);
    }
    let twice = json!({ "L": [{ "NS": ["1e0", "1"] }] });
    let filter = json!({ "v": { "ComparisonOperator": "EQ", "AttributeValueList": [twice] } });
    cases.push(
        Case::new("a number twice, in a list of ScanFilter", "Scan", things(json!({ "ScanFilter": filter })))
            .refused("ValidationException", None),
    );
    cases
}

/// Requests that have the value, by where they have it.
fn requests(value: &Value) -> Vec<(&'static str, &'static str, Value)> {
    let with = |mut members: Value| {
        members["ExpressionAttributeValues"] = json!({ ":v": value });
        things(members)
    };
    let mut item = key("b");
    item["v"] = value.clone();
    let put = things(json!({ "Item": item }));
    let updated = with(json!({ "Key": key("a"), "UpdateExpression": "SET v = :v" }));
    let unused = with(json!({ "Key": key("a"), "UpdateExpression": "SET v = if_not_exists(id, :v)" }));
    let checked = with(json!({ "Key": key("a"), "ConditionExpression": "v = :v" }));
    let transact = |action: &str, request: &Value| json!({ "TransactItems": [{ action: request }] });
    vec![
        ("item", "PutItem", put.clone()),
        (
            "item of a batch",
            "BatchWriteItem",
            json!({ "RequestItems": { "Things": [{ "PutRequest": { "Item": item } }] } }),
        ),
        ("item of a transaction", "TransactWriteItems", transact("Put", &put)),
        ("update", "UpdateItem", updated.clone()),
        ("update of a transaction", "TransactWriteItems", transact("Update", &updated)),
        ("update that does not come to it", "UpdateItem", unused.clone()),
        ("update of a transaction that does not come to it", "TransactWriteItems", transact("Update", &unused)),
        ("condition of a put", "PutItem", with(json!({ "Item": key("a"), "ConditionExpression": "v = :v" }))),
        ("condition of a delete", "DeleteItem", checked.clone()),
        ("condition of a transaction", "TransactWriteItems", transact("ConditionCheck", &checked)),
        ("expected value", "PutItem", things(json!({ "Item": key("a"), "Expected": { "v": { "Value": value } } }))),
        ("filter", "Scan", with(json!({ "FilterExpression": "v = :v" }))),
    ]
}
