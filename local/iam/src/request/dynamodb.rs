//! DynamoDB. Developer Guide: "Actions, resources, and condition keys for DynamoDB", "Amazon DynamoDB Transactions: How it
//! works" (a transaction needs the permissions of its items), "Using IAM policy conditions" (an index is a resource).

use std::collections::BTreeMap;

use local_template::{ACCOUNT, System};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::ANY;
use crate::Access;

/// Where requests name tables, indexes and streams.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Names {
    table_name: Option<String>,
    index_name: Option<String>,
    request_items: Option<BTreeMap<String, IgnoredAny>>,
    transact_items: Option<Vec<BTreeMap<String, OneTable>>>,
    resource_arn: Option<String>,
    stream_arn: Option<String>,
    shard_iterator: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OneTable {
    table_name: Option<String>,
}

pub(super) fn accesses(system: &System, operation: &str, names: Names) -> Vec<Access> {
    let on = |action: &str, resource: String| Access::new(format!("dynamodb:{action}"), resource);
    let mut accesses: Vec<Access> = match operation {
        "TransactWriteItems" | "TransactGetItems" => {
            let actions = names.transact_items.into_iter().flatten().flatten();
            let table = |item: OneTable| item.table_name.map_or_else(|| ANY.to_owned(), |name| named(system, &name));
            actions.map(|(kind, item)| on(action(&kind), table(item))).collect()
        }
        "BatchGetItem" | "BatchWriteItem" => {
            let tables = names.request_items.into_iter().flat_map(BTreeMap::into_keys);
            tables.map(|name| on(operation, named(system, &name))).collect()
        }
        _ => {
            let index = names.index_name.map(|index| format!("/index/{index}")).unwrap_or_default();
            let table = names.table_name.map(|table| named(system, &table) + &index);
            // A shard iterator begins with the stream's ARN, as on AWS.
            let iterated = || Some(names.shard_iterator?.split_once('|')?.0.to_owned());
            let resource = table.or(names.resource_arn).or(names.stream_arn).or_else(iterated);
            resource.map(|resource| on(operation, resource)).into_iter().collect()
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

/// A request names a table by its name or its ARN.
fn named(System { region, .. }: &System, name: &str) -> String {
    if name.starts_with("arn:") { name.to_owned() } else { format!("arn:aws:dynamodb:{region}:{ACCOUNT}:table/{name}") }
}
