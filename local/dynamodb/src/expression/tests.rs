//! Messages and limits as DynamoDB Local has them, where the documents give none.

use serde_json::{Value, json};

use super::{Target, targets};
use crate::testing::{call, database};

/// The message a scan with this filter is refused with, or none.
async fn refused(filter: &str, names: Option<Value>) -> Option<String> {
    let (_folder, db) = database().await;
    let mut scan = json!({ "TableName": "Things", "FilterExpression": filter });
    let values: serde_json::Map<String, Value> = filter
        .split(|character: char| !character.is_ascii_alphanumeric() && character != ':')
        .filter(|word| word.starts_with(':'))
        .map(|value| (value.to_owned(), json!({ "S": "x" })))
        .collect();
    if !values.is_empty() {
        scan["ExpressionAttributeValues"] = values.into();
    }
    if let Some(names) = names {
        scan["ExpressionAttributeNames"] = names;
    }
    let (status, answer) = call(&db, "Scan", scan).await;
    let message = (status != 200).then(|| answer["message"].as_str().unwrap().to_owned());
    message.map(|message| message.trim_start_matches("Invalid FilterExpression: ").to_owned())
}

fn same(operator: &str, operand: &str) -> Option<String> {
    Some(format!(
        "The first operand must be distinct from the remaining operands for this operator or function; operator: \
         {operator}, first operand: [{operand}]"
    ))
}

#[tokio::test]
async fn an_attribute_is_not_compared_with_itself() {
    for (filter, operator, operand) in [
        ("a = a", "=", "a"),
        ("a<>a", "<>", "a"),
        ("a < a", "<", "a"),
        ("a >= a", ">=", "a"),
        ("a BETWEEN a AND :b", "BETWEEN", "a"),
        ("a between :a and a", "BETWEEN", "a"),
        ("a IN (:a, a)", "IN", "a"),
        ("begins_with(a, a)", "begins_with", "a"),
        ("contains(m.k, m.k)", "contains", "m, k"),
        ("attribute_type(a, a)", "attribute_type", "a"),
        ("m.k = m.k", "=", "m, k"),
        ("m[0] = m[0]", "=", "m, [0]"),
        ("p.q[1].r = p.q[1].r", "=", "p, q, [1], r"),
        ("NOT a = a", "=", "a"),
        ("b = :b OR (a = :a AND (a = a))", "=", "a"),
    ] {
        assert_eq!(refused(filter, None).await, same(operator, operand), "{filter}");
    }
    let names = Some(json!({ "#x": "m", "#y": "m" }));
    assert_eq!(refused("#x.k = #y.k", names).await, same("=", "m, k"));
}

#[tokio::test]
async fn what_is_compared_with_something_else_is_taken() {
    for filter in [
        "a = b",
        "m.k = m.j",
        "a BETWEEN b AND b",
        "a IN (b, b)",
        "a IN (:a, :a)",
        ":a = :a",
        ":a IN (:a)",
        "size(a) = size(a)",
        "a = size(a)",
        "begins_with(:a, a)",
        "a = :a AND NOT (b = :a)",
    ] {
        assert_eq!(refused(filter, None).await, None, "{filter}");
    }
    // What is no condition is refused in the words that are for it.
    let syntax = refused("a = a = a", None).await.unwrap();
    assert!(syntax.starts_with("Syntax error"), "{syntax}");
}

#[tokio::test]
async fn a_functions_name_is_in_its_own_case() {
    let unknown = |function: &str| format!("Invalid function name; function: {function}");
    for (filter, function) in [
        ("Contains(a, :a)", "Contains"),
        ("BEGINS_WITH(a, :a)", "BEGINS_WITH"),
        ("a = :a OR NOT Attribute_exists(a)", "Attribute_exists"),
        ("ATTRIBUTE_NOT_EXISTS(a)", "ATTRIBUTE_NOT_EXISTS"),
        ("attribute_Type(a, :a)", "attribute_Type"),
        ("SIZE(a) = :a", "SIZE"),
        (":a = Size(a)", "Size"),
    ] {
        assert_eq!(refused(filter, None).await, Some(unknown(function)), "{filter}");
    }
    for filter in ["a BETWEEN :a AND :b", "not a in (:a)", "begins_with (a, :a)", "size (a) = :a"] {
        assert_eq!(refused(filter, None).await, None, "{filter}");
    }
    let (_folder, db) = database().await;
    for function in ["If_not_exists", "LIST_APPEND"] {
        let update = json!({
            "TableName": "Things",
            "Key": { "id": { "S": "a" } },
            "UpdateExpression": format!("SET a = {function}(b, :l)"),
            "ExpressionAttributeValues": { ":l": { "L": [] } },
        });
        for (operation, request) in
            [("UpdateItem", update.clone()), ("TransactWriteItems", json!({ "TransactItems": [{ "Update": update }] }))]
        {
            let (status, answer) = call(&db, operation, request).await;
            let said = answer["message"].as_str().unwrap_or_default();
            let message = format!("Invalid UpdateExpression: {}", unknown(function));
            assert_eq!((status, said.trim_start_matches("1 validation error detected: ")), (400, message.as_str()));
        }
    }
}

#[tokio::test]
async fn in_takes_a_hundred_operands_and_an_expression_three_hundred_operators() {
    let operands = |count: usize| (0..count).map(|n| format!(":v{n}")).collect::<Vec<_>>().join(", ");
    assert_eq!(refused(&format!("a IN ({})", operands(100)), None).await, None);
    let message = "The IN operator is provided with too many operands; number of operands: 101";
    assert_eq!(refused(&format!("a IN ({})", operands(101)), None).await.unwrap(), message);

    let message = Some("The expression contains too many operators; operator count: 301".to_owned());
    assert_eq!(refused(&vec!["a=:a"; 150].join(" OR "), None).await, None);
    assert_eq!(refused(&vec!["a=:a"; 151].join(" OR "), None).await, message);
    assert_eq!(refused(&vec!["attribute_exists(a)"; 152].join(" OR "), None).await, message);
    assert_eq!(refused(&("NOT ".repeat(301) + "a = :a"), None).await, message);
}

#[tokio::test]
async fn every_call_with_an_expression_is_held_to_it() {
    let (_folder, db) = database().await;
    let things = |more: Value| {
        let mut request = json!({ "TableName": "Things" });
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    let key = json!({ "id": { "S": "a" } });
    let transact = |action: &str, body: Value| json!({ "TransactItems": [{ action: things(body) }] });
    let of = |parameter: &str, operator: &str, operand: &str| {
        format!("Invalid {parameter}: {}", same(operator, operand).unwrap())
    };
    let condition = of("ConditionExpression", "=", "a");
    for (operation, request, message) in [
        ("PutItem", things(json!({ "Item": key, "ConditionExpression": "a = a" })), &condition),
        ("DeleteItem", things(json!({ "Key": key, "ConditionExpression": "a = a" })), &condition),
        ("UpdateItem", things(json!({ "Key": key, "ConditionExpression": "a = a" })), &condition),
        (
            "UpdateItem",
            things(json!({ "Key": key, "UpdateExpression": "SET b = if_not_exists(a, a)" })),
            &of("UpdateExpression", "if_not_exists", "a"),
        ),
        ("Scan", things(json!({ "FilterExpression": "a = a" })), &of("FilterExpression", "=", "a")),
        ("Query", things(json!({ "KeyConditionExpression": "id = id" })), &of("KeyConditionExpression", "=", "id")),
        ("TransactWriteItems", transact("Put", json!({ "Item": key, "ConditionExpression": "a = a" })), &condition),
        ("TransactWriteItems", transact("Delete", json!({ "Key": key, "ConditionExpression": "a = a" })), &condition),
        (
            "TransactWriteItems",
            transact("Update", json!({ "Key": key, "UpdateExpression": "REMOVE b", "ConditionExpression": "a = a" })),
            &condition,
        ),
        (
            "TransactWriteItems",
            transact("ConditionCheck", json!({ "Key": key, "ConditionExpression": "a = a" })),
            &condition,
        ),
    ] {
        let (status, answer) = call(&db, operation, request).await;
        assert_eq!(status, 400, "{operation}: {answer}");
        let said = answer["message"].as_str().unwrap();
        assert_eq!(said.trim_start_matches("1 validation error detected: "), message, "{operation}");
    }
}

#[test]
fn an_updates_targets_are_found_in_every_clause() {
    let names = std::collections::HashMap::from([("#k".to_owned(), "id".to_owned())]);
    let target = |attribute: &str, word: &str| Target { attribute: attribute.to_owned(), word: word.to_owned() };
    assert_eq!(
        targets("SET a = if_not_exists(b, :b), c[0].d = e + :f REMOVE #k.x, g add h :h DELETE i :i", Some(&names)),
        [target("a", "a"), target("c", "c"), target("id", "#k"), target("g", "g"), target("h", "h"), target("i", "i"),]
    );
}
