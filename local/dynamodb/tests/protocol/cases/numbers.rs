//! A number is the same however it is written. DynamoDB Developer Guide, "Supported data types": "Leading and trailing zeroes are
//! trimmed".

use serde_json::{Value, json};

use super::{key, put, things};
use crate::case::Case;

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for way in ["UpdateItem", "TransactWriteItems", "AttributeUpdates"] {
        for (action, numbers, left) in [
            ("ADD", json!(["7.0", "1e2"]), json!(["100", "7"])),
            ("ADD", json!(["8e0"]), json!(["100", "7", "8"])),
            ("DELETE", json!(["1E+2"]), json!(["7"])),
        ] {
            let set = json!({ "id": { "S": "a" }, "set": { "NS": left } });
            cases.push(case(way, action, &numbers).then("things", json!([set])));
        }
        for numbers in [json!(["8", "8.0"]), json!(["eight"]), json!([""])] {
            cases.push(case(way, "ADD", &numbers).refused("ValidationException", None));
        }
    }
    for (written, stored) in [
        ("1.00", "1"),
        ("-0", "0"),
        ("0.00", "0"),
        ("1e3", "1000"),
        ("+7", "7"),
        ("007", "7"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1E-3", "0.001"),
        ("12345678901234567890123456789012345678", "12345678901234567890123456789012345678"),
        ("123.4500", "123.45"),
        ("-1.50e2", "-150"),
    ] {
        let item = |number: &str| json!({ "id": { "S": "a" }, "n": { "N": number } });
        let case = Case::new(format!("number {written}"), "PutItem", put(&item(written)));
        cases.push(case.then("things", json!([item(stored)])));
    }
    for written in [
        "",
        " ",
        "one",
        "1 2",
        "0x10",
        "NaN",
        "Infinity",
        "1e126",
        "1e-131",
        "1,5",
        "--1",
        "1e",
        "123456789012345678901234567890123456789",
    ] {
        let item = json!({ "id": { "S": "a" }, "n": { "N": written } });
        cases.push(
            Case::new(format!("no number: {written:?}"), "PutItem", put(&item)).refused("ValidationException", None),
        );
    }
    cases
}

/// An update of a set of 7 and 100.
fn case(way: &str, action: &str, numbers: &Value) -> Case {
    let mut update = things(json!({ "Key": key("a") }));
    if way == "AttributeUpdates" {
        update["AttributeUpdates"] = json!({ "set": { "Action": action, "Value": { "NS": numbers } } });
    } else {
        update["UpdateExpression"] = format!("{action} #set :numbers").into();
        update["ExpressionAttributeNames"] = json!({ "#set": "set" });
        update["ExpressionAttributeValues"] = json!({ ":numbers": { "NS": numbers } });
    }
    let (operation, request) = match way {
        "TransactWriteItems" => (way, json!({ "TransactItems": [{ "Update": update }] })),
        _ => ("UpdateItem", update),
    };
    let operation = if operation == "UpdateItem" { "UpdateItem" } else { "TransactWriteItems" };
    let item = json!({ "id": { "S": "a" }, "set": { "NS": ["7", "100"] } });
    Case::new(format!("{way}: {action} of {numbers} to a set"), operation, request).after("PutItem", put(&item))
}
