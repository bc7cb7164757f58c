//! DynamoDB. Developer Guide: "Actions, resources, and condition keys for DynamoDB", "Amazon DynamoDB Transactions: How it
//! works" (a transaction needs the permissions of its items), "Using IAM policy conditions" (an index is a resource).

use local_template::{ACCOUNT, System};
use serde_json::Value;

use super::ANY;
use crate::Access;

pub(super) fn accesses(system: &System, operation: &str, body: &Value) -> Vec<Access> {
    let on = |action: &str, resource: String| Access::new(format!("dynamodb:{action}"), resource);
    let mut accesses: Vec<Access> = match operation {
        "TransactWriteItems" | "TransactGetItems" => {
            let items = body["TransactItems"].as_array().into_iter().flatten();
            let actions = items.filter_map(Value::as_object).flatten();
            actions
                .map(|(kind, item)| on(action(kind), table(system, &item["TableName"]).unwrap_or_else(|| ANY.into())))
                .collect()
        }
        "BatchGetItem" | "BatchWriteItem" => {
            let tables = body["RequestItems"].as_object().into_iter().flat_map(|items| items.keys());
            tables.map(|name| on(operation, named(system, name))).collect()
        }
        _ => {
            let index = body["IndexName"].as_str().map(|index| format!("/index/{index}")).unwrap_or_default();
            let table = table(system, &body["TableName"]).map(|table| table + &index);
            let given = ["ResourceArn", "StreamArn"].iter().find_map(|key| body[*key].as_str());
            // A shard iterator begins with the stream's ARN, as on AWS.
            let given = given.or_else(|| body["ShardIterator"].as_str()?.split_once('|').map(|(stream, _)| stream));
            table.or_else(|| given.map(str::to_owned)).map(|resource| on(operation, resource)).into_iter().collect()
        }
    };
    accesses.sort();
    accesses.dedup();
    if accesses.is_empty() {
        accesses.push(on(operation, ANY.to_owned()));
    }
    accesses
}

/// The action of an item of a transaction.
fn action(item: &str) -> &str {
    match item {
        "Get" => "GetItem",
        "Put" => "PutItem",
        "Update" => "UpdateItem",
        "Delete" => "DeleteItem",
        "ConditionCheck" => "ConditionCheckItem",
        other => other,
    }
}

fn table(system: &System, name: &Value) -> Option<String> {
    Some(named(system, name.as_str()?))
}

/// A request names a table by its name or its ARN.
fn named(System { region, .. }: &System, name: &str) -> String {
    if name.starts_with("arn:") { name.to_owned() } else { format!("arn:aws:dynamodb:{region}:{ACCOUNT}:table/{name}") }
}
