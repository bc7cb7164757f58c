//! An update of a key attribute is refused. UpdateItem: "You cannot use UpdateItem to update any primary key attributes";
//! TransactWriteItems cancels, and nothing is written.

use serde_json::{Value, json};

use crate::case::Case;

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
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
        let other = json!({ "Put": { "TableName": "Pairs", "Item": { "id": { "S": "b" }, "seq": { "N": "1" } } } });
        let actions = json!({ "TransactItems": [other, { "Update": update(expression) }] });
        let reasons = json!([{ "Code": "None" }, { "Code": "ValidationError", "Message": refusal(attribute) }]);
        let message =
            "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ValidationError]";
        cases.push(
            case(format!("key update in a transaction: {expression}"), "TransactWriteItems", actions)
                .refused("TransactionCanceledException", Some(message))
                .then("reasons", reasons)
                .then("pairs", json!([item()])),
        );
        cases.push(
            case(format!("key update: {expression}"), "UpdateItem", update(expression))
                .refused("ValidationException", Some(&refusal(attribute)))
                .then("pairs", json!([item()])),
        );
    }
    for (name, id) in [("of its own value", "a"), ("of a missing item", "missing")] {
        let mut update = update("SET id = :s");
        update["Key"]["id"]["S"] = id.into();
        update["ExpressionAttributeValues"][":s"]["S"] = id.into();
        let reasons = json!([{ "Code": "ValidationError", "Message": refusal("id") }]);
        cases.push(
            case(
                format!("key update {name}"),
                "TransactWriteItems",
                json!({ "TransactItems": [{ "Update": update }] }),
            )
            .refused("TransactionCanceledException", None)
            .then("reasons", reasons),
        );
    }
    cases.extend(with_conditions());
    cases.extend(two_faults());
    cases.extend(other_errors());
    let mut reading = update("SET n = seq + :n, #copy = #i");
    reading["ExpressionAttributeNames"]["#copy"] = "copy".into();
    let mut copied = item();
    copied["n"] = json!({ "N": "3" });
    copied["copy"] = json!({ "S": "a" });
    cases.push(
        case(
            "an update that only reads the key",
            "TransactWriteItems",
            json!({ "TransactItems": [{ "Update": reading }] }),
        )
        .then("answer", json!({}))
        .then("pairs", json!([copied])),
    );
    cases
}

/// A table that is missing and a key that does not fit keep their own errors.
fn other_errors() -> Vec<Case> {
    let mut elsewhere = update("SET id = :s");
    elsewhere["TableName"] = "Nowhere".into();
    let mut short = update("SET id = :s");
    short["Key"].as_object_mut().unwrap().remove("seq");
    let mut long = update("SET n = :n");
    long["Key"]["n"] = json!({ "N": "1" });
    let asked = |name: &str, update: Value| {
        case(name, "TransactWriteItems", json!({ "TransactItems": [{ "Update": update }] }))
    };
    let unfit = json!([{ "Code": "ValidationError", "Message": "The provided key element does not match the schema" }]);
    vec![
        asked("key update of a missing table", elsewhere).refused("ResourceNotFoundException", None),
        asked("key update with too short a key", short)
            .refused("TransactionCanceledException", None)
            .then("reasons", unfit.clone()),
        asked("update with too long a key", long).refused("TransactionCanceledException", None).then("reasons", unfit),
    ]
}

/// Conditions come first, and every reason is told.
fn with_conditions() -> Vec<Case> {
    let check = json!({ "ConditionCheck": {
        "TableName": "Pairs", "Key": { "id": { "S": "c" }, "seq": { "N": "1" } }, "ConditionExpression": "attribute_exists(id)",
    }});
    let failed = json!({ "Code": "ConditionalCheckFailed", "Message": "The conditional request failed" });
    let refused = json!({ "Code": "ValidationError", "Message": refusal("id") });
    [("fails", "attribute_not_exists(#i) AND n = :n", &failed), ("holds", "attribute_exists(#i) AND n < :n", &refused)]
        .map(|(name, condition, reason)| {
            let mut conditional = update("SET #i = :s, n = :n");
            conditional["ConditionExpression"] = condition.into();
            let actions = json!({ "TransactItems": [{ "Update": conditional }, check] });
            case(format!("key update whose condition {name}"), "TransactWriteItems", actions)
                .refused("TransactionCanceledException", None)
                .then("reasons", json!([reason, failed]))
        })
        .into()
}

/// A fault of the request itself is told before an item is looked at.
fn two_faults() -> Vec<Case> {
    let unused = "Value provided in ExpressionAttributeValues unused in expressions: keys: {:unused}";
    let mut superfluous = update("SET id = :s");
    superfluous["ExpressionAttributeValues"][":unused"] = json!({ "S": "x" });
    let mut conditional = superfluous.clone();
    conditional["ConditionExpression"] = "attribute_exists(id)".into();
    [
        ("an unused value", superfluous, Some(unused)),
        ("an unused value and a condition", conditional, Some(unused)),
        ("a syntax error", update("SET id = :s,"), None),
        ("a path twice", update("SET id = :s, n = :n, n = :n"), None),
    ]
    .map(|(name, update, message)| {
        let actions = json!({ "TransactItems": [{ "Update": update }] });
        case(format!("key update with {name}"), "TransactWriteItems", actions)
            .refused("ValidationException", message)
            .then("pairs", json!([item()]))
    })
    .into()
}

/// On a table with one item.
fn case(name: impl Into<String>, operation: &'static str, body: Value) -> Case {
    Case::new(name, operation, body).after("PutItem", json!({ "TableName": "Pairs", "Item": item() }))
}

fn item() -> Value {
    json!({ "id": { "S": "a" }, "seq": { "N": "1" }, "n": { "N": "1" } })
}

fn update(expression: &str) -> Value {
    let key = json!({ "id": { "S": "a" }, "seq": { "N": "1" } });
    let mut update = json!({ "TableName": "Pairs", "Key": key, "UpdateExpression": expression });
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
