//! What a write returns. UpdateItem, ReturnValues: the attributes "as they appeared before the UpdateItem operation", or after it, "only
//! the updated attributes" with `UPDATED_OLD` and `UPDATED_NEW`. ScyllaDB's `test/alternator/test_returnvalues.py`, whose authors run it
//! against AWS, has the answers for items that were missing and for parts of an attribute.

use serde_json::{Value, json};

use super::{key, put, things};
use crate::case::Case;

pub fn cases() -> Vec<Case> {
    let mut cases = missing();
    cases.extend(refused());
    cases.extend(PARTS.into_iter().map(|(update, values, attributes)| {
        let attributes: Value = serde_json::from_str(attributes).unwrap();
        let answer = if attributes.is_null() { json!({}) } else { json!({ "Attributes": attributes }) };
        let case = Case::new(format!("{values}: {update}"), "UpdateItem", request(update, values));
        case.after("PutItem", put(&item())).then("answer", answer)
    }));
    cases
}

fn item() -> Value {
    json!({
        "id": { "S": "a" },
        "l": { "L": [{ "N": "0" }, { "N": "1" }, { "N": "2" }] },
        "m": { "M": { "k": { "S": "x" }, "l": { "L": [{ "M": { "i": { "N": "7" }, "j": { "N": "8" } } }, { "N": "9" }] } } },
    })
}

/// The updates of the item, which of its values are returned, and those.
const PARTS: [(&str, &str, &str); 22] = [
    ("SET l[1] = :v", "UPDATED_OLD", r#"{"l": {"L": [{"N": "1"}]}}"#),
    ("SET l[1] = :v", "UPDATED_NEW", r#"{"l": {"L": [{"S": "new"}]}}"#),
    ("SET l[2] = :v, l[0] = :v", "UPDATED_OLD", r#"{"l": {"L": [{"N": "0"}, {"N": "2"}]}}"#),
    ("SET #list[1] = :v", "UPDATED_OLD", r#"{"l": {"L": [{"N": "1"}]}}"#),
    ("SET m.k = :v", "UPDATED_OLD", r#"{"m": {"M": {"k": {"S": "x"}}}}"#),
    ("SET m.l[0].i = :v", "UPDATED_OLD", r#"{"m": {"M": {"l": {"L": [{"M": {"i": {"N": "7"}}}]}}}}"#),
    ("SET m.l[0].i = :v", "UPDATED_NEW", r#"{"m": {"M": {"l": {"L": [{"M": {"i": {"S": "new"}}}]}}}}"#),
    (
        "SET m.l[0].j = :v REMOVE m.l[0].i",
        "UPDATED_OLD",
        r#"{"m": {"M": {"l": {"L": [{"M": {"i": {"N": "7"}, "j": {"N": "8"}}}]}}}}"#,
    ),
    ("SET m.l[1] = :v, m.k = :v", "UPDATED_NEW", r#"{"m": {"M": {"k": {"S": "new"}, "l": {"L": [{"S": "new"}]}}}}"#),
    ("SET l[0] = l[1], more = :v", "UPDATED_NEW", r#"{"l": {"L": [{"N": "1"}]}, "more": {"S": "new"}}"#),
    ("SET l = list_append(l, l)", "UPDATED_OLD", r#"{"l": {"L": [{"N": "0"}, {"N": "1"}, {"N": "2"}]}}"#),
    ("ADD m.l[1] :n", "UPDATED_NEW", r#"{"m": {"M": {"l": {"L": [{"N": "10"}]}}}}"#),
    ("REMOVE l[1], l[5]", "UPDATED_OLD", r#"{"l": {"L": [{"N": "1"}]}}"#),
    // The element that is at the place now.
    ("REMOVE l[1]", "UPDATED_NEW", r#"{"l": {"L": [{"N": "2"}]}}"#),
    ("REMOVE l[2]", "UPDATED_NEW", "null"),
    // What is appended is not at the place that the path names, unless that is the next.
    ("SET l[3] = :v", "UPDATED_NEW", r#"{"l": {"L": [{"S": "new"}]}}"#),
    ("SET l[100] = :v", "UPDATED_NEW", "null"),
    ("SET l[100] = :v", "UPDATED_OLD", "null"),
    ("SET m.more = :v", "UPDATED_OLD", "null"),
    ("SET m.more = :v", "UPDATED_NEW", r#"{"m": {"M": {"more": {"S": "new"}}}}"#),
    ("REMOVE m.k", "UPDATED_NEW", "null"),
    ("REMOVE m.k, more", "UPDATED_OLD", r#"{"m": {"M": {"k": {"S": "x"}}}}"#),
];

fn request(update: &str, values: &str) -> Value {
    let mut request = things(json!({ "Key": key("a"), "UpdateExpression": update, "ReturnValues": values }));
    for (value, stands_for) in [(":v", json!({ "S": "new" })), (":n", json!({ "N": "1" }))] {
        if update.contains(value) {
            request["ExpressionAttributeValues"][value] = stands_for;
        }
    }
    if update.contains("#list") {
        request["ExpressionAttributeNames"] = json!({ "#list": "l" });
    }
    request
}

/// An item that did not exist has no old attributes, and its key is not among the updated ones.
fn missing() -> Vec<Case> {
    let all = |attributes: Value| json!({ "Attributes": attributes });
    let update = "SET n = :v";
    let mut on_condition = request(update, "ALL_OLD");
    on_condition["ConditionExpression"] = "attribute_not_exists(id)".into();
    let mut by_attribute = things(json!({ "Key": key("a"), "ReturnValues": "ALL_OLD" }));
    by_attribute["AttributeUpdates"] = json!({ "n": { "Value": { "S": "new" } } });
    let created = json!({ "id": { "S": "a" }, "n": { "S": "new" } });
    let mut cases: Vec<Case> = [
        ("ALL_OLD", "UpdateItem", request(update, "ALL_OLD"), json!({})),
        ("ALL_OLD on a condition", "UpdateItem", on_condition, json!({})),
        ("ALL_OLD of AttributeUpdates", "UpdateItem", by_attribute, json!({})),
        ("UPDATED_OLD", "UpdateItem", request(update, "UPDATED_OLD"), json!({})),
        ("UPDATED_NEW", "UpdateItem", request(update, "UPDATED_NEW"), all(json!({ "n": { "S": "new" } }))),
        ("ALL_NEW", "UpdateItem", request(update, "ALL_NEW"), all(created.clone())),
        ("ALL_OLD of a put", "PutItem", things(json!({ "Item": created, "ReturnValues": "ALL_OLD" })), json!({})),
        ("ALL_OLD of a delete", "DeleteItem", things(json!({ "Key": key("a"), "ReturnValues": "ALL_OLD" })), json!({})),
    ]
    .into_iter()
    .map(|(name, operation, body, answer)| {
        Case::new(format!("{name}, of a missing item"), operation, body).then("answer", answer)
    })
    .collect();
    // AttributeUpdates, of an item that is not found: "DELETE - Nothing happens; there is no attribute to delete". REMOVE is the same.
    cases.push(
        Case::new("a removal, of a missing item", "UpdateItem", request("REMOVE n", "ALL_NEW"))
            .then("answer", json!({}))
            .then("things", json!([])),
    );
    cases.push(
        Case::new("ALL_OLD, of an item that is its key", "UpdateItem", request(update, "ALL_OLD"))
            .after("PutItem", put(&key("a")))
            .then("answer", all(key("a"))),
    );
    cases
}

/// ReturnValuesOnConditionCheckFailure tells the item that failed the condition; a missing one is none.
fn refused() -> Vec<Case> {
    let failing = |mut members: Value| {
        members["ConditionExpression"] = "attribute_exists(n)".into();
        members["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD".into();
        things(members)
    };
    let message = "The conditional request failed";
    let mut cases = Vec::new();
    for (action, operation, request) in [
        ("Put", Some("PutItem"), failing(json!({ "Item": key("a") }))),
        ("Delete", Some("DeleteItem"), failing(json!({ "Key": key("a") }))),
        ("Update", Some("UpdateItem"), failing(json!({ "Key": key("a"), "UpdateExpression": "REMOVE b" }))),
        ("ConditionCheck", None, failing(json!({ "Key": key("a") }))),
    ] {
        let mut reason = json!({ "Code": "ConditionalCheckFailed", "Message": message });
        let transaction = json!({ "TransactItems": [{ action: request.clone() }] });
        let cancelled = |name: String, reason: &Value| {
            Case::new(name, "TransactWriteItems", transaction.clone())
                .refused("TransactionCanceledException", None)
                .then("reasons", json!([reason]))
        };
        cases.push(cancelled(format!("{action} in a transaction fails on a missing item"), &reason));
        reason["Item"] = key("a");
        let case = cancelled(format!("{action} in a transaction fails on an item"), &reason);
        cases.push(case.after("PutItem", put(&key("a"))));
        if let Some(operation) = operation {
            let kind = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException";
            let mut answer = json!({ "__type": kind, "message": message });
            let failed = |name: String, answer: &Value| {
                Case::new(name, operation, request.clone())
                    .refused("ConditionalCheckFailedException", None)
                    .then("answer", answer.clone())
            };
            cases.push(failed(format!("{operation} fails on a missing item"), &answer));
            answer["Item"] = key("a");
            let case = failed(format!("{operation} fails on an item"), &answer);
            cases.push(case.after("PutItem", put(&key("a"))));
        }
    }
    cases
}
