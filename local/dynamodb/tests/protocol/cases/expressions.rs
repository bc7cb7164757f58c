//! What an expression may be. DynamoDB Developer Guide: "Condition and filter expressions, operators, and functions", "Quotas in
//! Amazon DynamoDB".

use serde_json::{Value, json};

use super::{key, things};
use crate::case::Case;

pub fn cases() -> Vec<Case> {
    let mut cases = vec![filter_case("path with names compared with itself", "#x.k = #y.k", same("=", "m, k"))];
    for (filter, operator, operand) in COMPARED_WITH_ITSELF {
        cases.push(filter_case(filter, filter, same(operator, operand)));
    }
    for filter in TAKEN {
        cases.push(Case::new(format!("filter: {filter}"), "Scan", scan(filter)).then("answer", nothing()));
    }
    for (filter, function) in UNKNOWN_FUNCTIONS {
        cases.push(filter_case(filter, filter, format!("Invalid function name; function: {function}")));
    }
    for function in ["If_not_exists", "LIST_APPEND"] {
        let message = format!("Invalid UpdateExpression: Invalid function name; function: {function}");
        let update = things(json!({
            "Key": key("a"),
            "UpdateExpression": format!("SET a = {function}(b, :l)"),
            "ExpressionAttributeValues": { ":l": { "L": [] } },
        }));
        let transaction = json!({ "TransactItems": [{ "Update": update.clone() }] });
        for (operation, request) in [("UpdateItem", update), ("TransactWriteItems", transaction)] {
            let case = Case::new(format!("{operation} with {function}"), operation, request);
            cases.push(case.refused("ValidationException", Some(&message)));
        }
    }
    // What is no condition is refused in the words that are for it.
    let syntax = Case::new("filter: a = a = a", "Scan", scan("a = a = a"));
    cases.push(
        syntax.refused(
            "ValidationException",
            Some("Invalid FilterExpression: Syntax error; token: \"=\", near: \"a = a\""),
        ),
    );
    cases.extend(limits());
    cases.extend(without_order());
    cases.extend(conflicting_paths());
    cases.extend(every_call());
    cases
}

const COMPARED_WITH_ITSELF: [(&str, &str, &str); 15] = [
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
];

const TAKEN: [&str; 15] = [
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
    "a BETWEEN :a AND :b",
    "not a in (:a)",
    "begins_with (a, :a)",
    "size (a) = :a",
];

const UNKNOWN_FUNCTIONS: [(&str, &str); 7] = [
    ("Contains(a, :a)", "Contains"),
    ("BEGINS_WITH(a, :a)", "BEGINS_WITH"),
    ("a = :a OR NOT Attribute_exists(a)", "Attribute_exists"),
    ("ATTRIBUTE_NOT_EXISTS(a)", "ATTRIBUTE_NOT_EXISTS"),
    ("attribute_Type(a, :a)", "attribute_Type"),
    ("SIZE(a) = :a", "SIZE"),
    (":a = Size(a)", "Size"),
];

fn filter_case(name: &str, filter: &str, message: String) -> Case {
    let message = format!("Invalid FilterExpression: {message}");
    Case::new(format!("filter: {name}"), "Scan", scan(filter)).refused("ValidationException", Some(&message))
}

/// A scan with this filter, its values strings.
fn scan(filter: &str) -> Value {
    let mut scan = things(json!({ "FilterExpression": filter }));
    for word in filter.split(|character: char| !character.is_ascii_alphanumeric() && !":#".contains(character)) {
        if word.starts_with(':') {
            scan["ExpressionAttributeValues"][word] = json!({ "S": "x" });
        } else if word.starts_with('#') {
            scan["ExpressionAttributeNames"][word] = "m".into();
        }
    }
    scan
}

fn nothing() -> Value {
    json!({ "Items": [], "Count": 0, "ScannedCount": 0 })
}

fn same(operator: &str, operand: &str) -> String {
    format!(
        "The first operand must be distinct from the remaining operands for this operator or function; operator: \
         {operator}, first operand: [{operand}]"
    )
}

/// `IN` takes a hundred operands, and an expression three hundred operators.
fn limits() -> Vec<Case> {
    let operands = |count: usize| (0..count).map(|n| format!(":v{n}")).collect::<Vec<_>>().join(", ");
    let many = |name: &str, operators: String| {
        filter_case(name, &operators, "The expression contains too many operators; operator count: 301".to_owned())
    };
    let few = Case::new("filter: 300 operators", "Scan", scan(&["a=:a"; 150].join(" OR ")));
    let all = Case::new("filter: IN of 100", "Scan", scan(&format!("a IN ({})", operands(100))));
    let more = "The IN operator is provided with too many operands; number of operands: 101".to_owned();
    vec![
        few.then("answer", nothing()),
        all.then("answer", nothing()),
        filter_case("IN of 101", &format!("a IN ({})", operands(101)), more),
        many("301 operators", ["a=:a"; 151].join(" OR ")),
        many("303 functions and operators", ["attribute_exists(a)"; 152].join(" OR ")),
        many("302 operators, most of them NOT", "NOT ".repeat(301) + "a = :a"),
    ]
}

/// What is before and after no other value can't be asked for its order. ScyllaDB's `test/alternator/test_condition_expression.py`,
/// whose authors run it against AWS: a value of the request is refused, an attribute makes the condition false.
fn without_order() -> Vec<Case> {
    let mut cases = Vec::new();
    for (operator, filter, kind, value) in [
        ("<", "a < :v", "L", json!([])),
        ("<=", ":v <= a", "M", json!({})),
        (">", "NOT a > :v", "BOOL", true.into()),
        (">=", "size(a) >= :v", "NULL", true.into()),
        ("BETWEEN", ":v BETWEEN a AND b", "SS", json!(["x"])),
    ] {
        let mut request = things(json!({ "FilterExpression": filter }));
        request["ExpressionAttributeValues"] = json!({ ":v": { kind: value } });
        let message = format!(
            "Invalid FilterExpression: Incorrect operand type for operator or function; operator or function: {operator}, \
             operand type: {kind}"
        );
        let case = Case::new(format!("filter: {filter} of {kind}"), "Scan", request);
        cases.push(case.refused("ValidationException", Some(&message)));
        let mut item = key("a");
        item["a"] = json!({ kind: value });
        let case = Case::new(format!("filter: a < :a, a of {kind}"), "Scan", scan("a < :a"));
        cases.push(
            case.after("PutItem", things(json!({ "Item": item })))
                .then("answer", json!({ "Items": [], "Count": 0, "ScannedCount": 1 })),
        );
    }
    cases
}

/// What is a map in one path is no list in another. The words are those of dynalite's tests, which were asked of AWS.
fn conflicting_paths() -> Vec<Case> {
    let message = |parameter: &str, one: &str, two: &str| {
        format!(
            "Invalid {parameter}: Two document paths conflict with each other; must remove or rewrite one of these paths; \
             path one: [{one}], path two: [{two}]"
        )
    };
    let mut cases = Vec::new();
    for (update, one, two) in [
        ("REMOVE a.k SET a[1] = b", "a, k", "a, [1]"),
        ("REMOVE b, a[0][1].k, a[0].k", "a, [0], [1], k", "a, [0], k"),
        ("SET #a.#k = b, a[0] = b", "a, [0]", "a, [0]"),
    ] {
        let mut request = things(json!({ "Key": key("a"), "UpdateExpression": update }));
        if update.contains('#') {
            request["ExpressionAttributeNames"] = json!({ "#a": "a", "#k": "[0]" });
        }
        let transaction = json!({ "TransactItems": [{ "Update": request }] });
        for (operation, request) in [("UpdateItem", request), ("TransactWriteItems", transaction)] {
            let case = Case::new(format!("{operation}: {update}"), operation, request);
            cases.push(case.refused("ValidationException", Some(&message("UpdateExpression", one, two))));
        }
    }
    let got = things(json!({ "Key": key("a"), "ProjectionExpression": "b, a.k, a[1]" }));
    let queried = json!({
        "KeyConditionExpression": "id = :id", "ExpressionAttributeValues": { ":id": { "S": "a" } },
        "ProjectionExpression": "b, a.k, a[1]",
    });
    let batch = json!({ "Things": { "Keys": [key("a")], "ProjectionExpression": "b, a.k, a[1]" } });
    for (operation, request) in [
        ("GetItem", got.clone()),
        ("Query", things(queried)),
        ("Scan", things(json!({ "ProjectionExpression": "b, a.k, a[1]" }))),
        ("BatchGetItem", json!({ "RequestItems": batch })),
        ("TransactGetItems", json!({ "TransactItems": [{ "Get": got }] })),
    ] {
        let case = Case::new(format!("{operation}: conflicting paths of a projection"), operation, request);
        cases.push(case.refused("ValidationException", Some(&message("ProjectionExpression", "a, k", "a, [1]"))));
    }
    for update in ["SET a[0] = b, a[1] = b", "SET a.k = b, a.j = b", "SET a[0].k = b, a[1][2] = b"] {
        let case = Case::new(format!("no conflict: {update}"), "UpdateItem", {
            things(json!({ "Key": key("a"), "UpdateExpression": update }))
        });
        let missing = "The provided expression refers to an attribute that does not exist in the item";
        cases.push(case.refused("ValidationException", Some(missing)));
    }
    cases
}

/// Every call with an expression is held to what holds for one.
fn every_call() -> Vec<Case> {
    let transact = |action: &str, members: Value| json!({ "TransactItems": [{ action: things(members) }] });
    let condition = |mut members: Value| {
        members["ConditionExpression"] = "a = a".into();
        members
    };
    [
        ("condition of a put", "PutItem", things(condition(json!({ "Item": key("a") }))), "ConditionExpression"),
        ("condition of a delete", "DeleteItem", things(condition(json!({ "Key": key("a") }))), "ConditionExpression"),
        ("condition of an update", "UpdateItem", things(condition(json!({ "Key": key("a") }))), "ConditionExpression"),
        ("filter of a scan", "Scan", things(json!({ "FilterExpression": "a = a" })), "FilterExpression"),
        (
            "condition of a put in a transaction",
            "TransactWriteItems",
            transact("Put", condition(json!({ "Item": key("a") }))),
            "ConditionExpression",
        ),
        (
            "condition of a delete in a transaction",
            "TransactWriteItems",
            transact("Delete", condition(json!({ "Key": key("a") }))),
            "ConditionExpression",
        ),
        (
            "condition of an update in a transaction",
            "TransactWriteItems",
            transact("Update", condition(json!({ "Key": key("a"), "UpdateExpression": "REMOVE b" }))),
            "ConditionExpression",
        ),
        (
            "condition of a check in a transaction",
            "TransactWriteItems",
            transact("ConditionCheck", condition(json!({ "Key": key("a") }))),
            "ConditionExpression",
        ),
    ]
    .map(|(name, operation, request, parameter)| {
        let message = format!("Invalid {parameter}: {}", same("=", "a"));
        Case::new(name, operation, request).refused("ValidationException", Some(&message))
    })
    .into_iter()
    .chain([
        Case::new(
            "if_not_exists of one attribute twice",
            "UpdateItem",
            things(json!({ "Key": key("a"), "UpdateExpression": "SET b = if_not_exists(a, a)" })),
        )
        .refused("ValidationException", Some(&format!("Invalid UpdateExpression: {}", same("if_not_exists", "a")))),
        Case::new("key condition of the key itself", "Query", things(json!({ "KeyConditionExpression": "id = id" })))
            .refused("ValidationException", Some(&format!("Invalid KeyConditionExpression: {}", same("=", "id")))),
        Case::new(
            "a sum of a sum",
            "UpdateItem",
            things(json!({
                "Key": key("a"), "UpdateExpression": "SET n = (n + :n) + :n",
                "ExpressionAttributeValues": { ":n": { "N": "1" } },
            })),
        )
        .refused("ValidationException", None),
    ])
    .collect()
}
