//! The tables: their keys, indexes and streams, and a look at their items.

use http::StatusCode;
use local_stories::masked;
use local_template::Table;
use serde_json::{Value, json};

use self::page::Page;
use super::{Failure, bad_request, failed};
use crate::stack::Stack;

mod page;

/// Each table, and how far each reader of its stream has come.
pub async fn list(stack: &Stack) -> Result<Value, Failure> {
    let sources = stack.event_sources.status().await.map_err(failed)?;
    let mut all = Vec::new();
    for table in stack.system.tables.values() {
        let described =
            stack.dynamodb.look("DescribeTable", &json!({"TableName": table.name})).await.map_err(failed)?;
        let readers = sources.iter().filter(|status| status.table.as_deref() == Some(&table.name)).map(|status| {
            json!({
                "function": status.function,
                "source": status.source,
                "behind": status.behind,
                "failures": status.failures,
            })
        });
        let definition = &table.definition;
        all.push(json!({
            "name": table.name,
            "items": described["Table"]["ItemCount"],
            "key": key(definition, &definition["KeySchema"]),
            "indexes": indexes(definition),
            "stream": definition["StreamSpecification"]["StreamViewType"],
            "readers": readers.collect::<Vec<_>>(),
            "timeToLive": table.ttl_attribute,
        }));
    }
    Ok(Value::Array(all))
}

/// A page of a table's items: those of a key, or of all. Passwords' hashes, tokens and keys in them are masked.
pub async fn query(stack: &Stack, name: &str, page: Page) -> Result<Value, Failure> {
    let table = stack.system.tables.values().find(|table| table.name == name);
    let table = table.ok_or_else(|| (StatusCode::NOT_FOUND, "no such table".to_owned()))?;
    let (operation, request) = page.request(table)?;
    let found = stack.dynamodb.look(operation, &request).await;
    let mut found = found.map_err(|error| match error {
        local_dynamodb::Error::Refused(why) => (StatusCode::BAD_REQUEST, why.to_string()),
        error => failed(error),
    })?;
    let items = serde_json::from_str::<Value>(&masked(&found["Items"].to_string())).map_err(failed)?;
    Ok(json!({"items": items, "next": found["LastEvaluatedKey"].take()}))
}

/// The attributes of a key: the partition key, and the sort key if there is one.
fn key(definition: &Value, schema: &Value) -> Vec<Value> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let kinds = list(&definition["AttributeDefinitions"]);
    let part = |part: Value| {
        let name = part["AttributeName"].clone();
        let kind = kinds.iter().find(|kind| kind["AttributeName"] == name).map(|kind| kind["AttributeType"].clone());
        json!({"attribute": name, "role": part["KeyType"], "type": kind})
    };
    let mut key: Vec<Value> = list(schema).into_iter().map(part).collect();
    // A template may name them in either order.
    key.sort_by_key(|part| part["role"] != "HASH");
    key
}

fn indexes(definition: &Value) -> Vec<Value> {
    let of = |which: &str, kind: &'static str| {
        let indexes = definition[which].as_array().cloned().unwrap_or_default();
        indexes.into_iter().map(move |index| {
            json!({
                "name": index["IndexName"],
                "kind": kind,
                "key": key(definition, &index["KeySchema"]),
                "projection": index["Projection"]["ProjectionType"],
            })
        })
    };
    of("GlobalSecondaryIndexes", "global").chain(of("LocalSecondaryIndexes", "local")).collect()
}

/// The key of a table, or of one of its indexes.
fn key_of(table: &Table, index: Option<&str>) -> Option<Vec<Value>> {
    let definition = &table.definition;
    match index {
        None => Some(key(definition, &definition["KeySchema"])),
        Some(name) => {
            let mut found = indexes(definition).into_iter().find(|index| index["name"] == name)?;
            Some(std::mem::take(found["key"].as_array_mut()?))
        }
    }
}
