//! What may be read and written in one call. DynamoDB API Reference; "Quotas in Amazon DynamoDB".

use serde_json::{Value, json};

use super::{key, put, things};
use crate::case::Case;

pub fn cases() -> Vec<Case> {
    let text = |length: usize| "x".repeat(length);
    let by_kind = json!({
        "TableName": "Pairs", "IndexName": "byKind", "ConsistentRead": true,
        "KeyConditionExpression": "kind = :k", "ExpressionAttributeValues": { ":k": { "S": "k" } },
    });
    let scan = json!({ "TableName": "Pairs", "IndexName": "byKind", "ConsistentRead": true });
    let consistent = Some("Consistent reads are not supported on global secondary indexes");
    let sized = |attribute: usize| json!({ "id": { "S": "a" }, "t": { "S": text(attribute) } });
    let pair = |kind: Value| {
        json!({ "TableName": "Pairs", "Item": {
            "id": { "S": "a" }, "seq": { "N": "1" }, "kind": kind, "rank": { "N": "1" },
        }})
    };
    // 400 KB less the names `id` and `t`, and the value of `id`.
    let most = 400 * 1024 - 4;
    vec![
        Case::new("consistent query of a global index", "Query", by_kind).refused("ValidationException", consistent),
        Case::new("consistent scan of a global index", "Scan", scan).refused("ValidationException", consistent),
        Case::new("an item of 400 KB", "PutItem", put(&sized(most))).then("answer", json!({})),
        Case::new("an item of 400 KB and a byte", "PutItem", put(&sized(most + 1)))
            .refused("ValidationException", Some("Item size has exceeded the maximum allowed size")),
        Case::new("a partition key of 2048 bytes", "PutItem", put(&key(&text(2048)))),
        Case::new("a partition key of 2049 bytes", "PutItem", put(&key(&text(2049))))
            .refused("ValidationException", None),
        Case::new("an empty key", "PutItem", put(&key(""))).refused("ValidationException", None),
        Case::new("an empty set", "PutItem", put(&json!({ "id": { "S": "a" }, "s": { "SS": [] } })))
            .refused("ValidationException", None),
        Case::new(
            "a set with a member twice",
            "PutItem",
            put(&json!({ "id": { "S": "a" }, "s": { "SS": ["x", "x"] } })),
        )
        .refused("ValidationException", None),
        Case::new("an index key of 2048 bytes", "PutItem", pair(json!({ "S": text(2048) }))),
        Case::new("an index key of 2049 bytes", "PutItem", pair(json!({ "S": text(2049) })))
            .refused("ValidationException", None),
        Case::new("a sort key of an index of another type", "PutItem", {
            let mut pair = pair(json!({ "S": "k" }));
            pair["Item"]["rank"] = json!({ "S": "1" });
            pair
        })
        .refused("ValidationException", None),
        Case::new("an index key of another type", "PutItem", pair(json!({ "N": "1" })))
            .refused("ValidationException", None),
        Case::new("an empty index key", "PutItem", pair(json!({ "S": "" }))).refused("ValidationException", None),
        Case::new("a batch of 26 writes", "BatchWriteItem", batch(26)).refused("ValidationException", None),
        Case::new("a batch of 25 writes", "BatchWriteItem", batch(25))
            .then("answer", json!({ "UnprocessedItems": {} })),
        Case::new("a batch with a key twice", "BatchWriteItem", {
            let write = json!({ "PutRequest": { "Item": key("a") } });
            json!({ "RequestItems": { "Things": [write, write] } })
        })
        .refused("ValidationException", Some("Provided list of item keys contains duplicates")),
        Case::new("a transaction with an item twice", "TransactWriteItems", {
            let action = json!({ "Put": put(&key("a")) });
            json!({ "TransactItems": [action, action] })
        })
        .refused("ValidationException", Some("Transaction request cannot include multiple operations on one item")),
        Case::new("a transaction of 101 actions", "TransactWriteItems", {
            let actions: Vec<Value> = (0..101).map(|n| json!({ "Put": put(&key(&n.to_string())) })).collect();
            json!({ "TransactItems": actions })
        })
        .refused("ValidationException", None),
        Case::new("a limit of 0", "Scan", things(json!({ "Limit": 0 }))).refused("ValidationException", None),
        Case::new("a missing table", "GetItem", json!({ "TableName": "Nowhere", "Key": key("a") }))
            .refused("ResourceNotFoundException", None),
        // Each of 300 KB.
        Case::new("values of 1.8 MB in one expression", "Scan", filtered(6)),
        Case::new("values of 2.1 MB in one expression", "Scan", filtered(7)).refused("ValidationException", None),
        Case::new("values of 2.1 MB in a delete's condition", "DeleteItem", {
            let mut delete = filtered(7);
            delete["ConditionExpression"] = delete.as_object_mut().unwrap().remove("FilterExpression").unwrap();
            delete["Key"] = key("a");
            delete
        })
        .refused("ValidationException", None),
        Case::new("values of 2.1 MB in one update", "TransactWriteItems", {
            let values = filtered(7)["ExpressionAttributeValues"].take();
            let expression: Vec<String> = (0..7).map(|n| format!("a{n} = :v{n}")).collect();
            let update = json!({
                "Key": key("a"), "UpdateExpression": format!("SET {}", expression.join(", ")),
                "ExpressionAttributeValues": values,
            });
            json!({ "TransactItems": [{ "Update": things(update) }] })
        })
        .refused("ValidationException", None),
    ]
}

fn batch(count: usize) -> Value {
    let writes: Vec<Value> = (0..count).map(|n| json!({ "PutRequest": { "Item": key(&n.to_string()) } })).collect();
    json!({ "RequestItems": { "Things": writes } })
}

/// A scan whose filter has this many values of 300 KB.
fn filtered(count: usize) -> Value {
    let names: Vec<String> = (0..count).map(|n| format!(":v{n}")).collect();
    let value = json!({ "S": "x".repeat(300 * 1024) });
    let values: serde_json::Map<String, Value> = names.iter().map(|name| (name.clone(), value.clone())).collect();
    things(json!({ "FilterExpression": format!("a IN ({})", names.join(", ")), "ExpressionAttributeValues": values }))
}
