//! What an update of a stack would lose, or CloudFormation refuse.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::HOLDERS;

/// The properties of each type that can't be changed once a resource is there.
pub(super) type CreateOnly = BTreeMap<String, Vec<String>>;

/// Properties of a table that DynamoDB changes in part or not at all, beyond those of the schemas.
const OF_TABLES: [&str; 5] =
    ["KeySchema", "AttributeDefinitions", "LocalSecondaryIndexes", "GlobalSecondaryIndexes", "StreamSpecification"];

/// What is recorded of a resource; nothing where it holds nothing.
pub(super) fn kept(resource: &Value, create_only: &CreateOnly) -> Option<Value> {
    let kind = resource["Type"].as_str().unwrap_or_default();
    let names = create_only.get(kind)?;
    let of_tables = OF_TABLES.iter().filter(|_| kind == "AWS::DynamoDB::Table").copied();
    let names: BTreeSet<&str> = names.iter().map(String::as_str).chain(of_tables).collect();
    let properties =
        names.into_iter().filter_map(|name| Some((name.to_owned(), resource["Properties"].get(name)?.clone())));
    let properties: Map<String, Value> = properties.collect();
    let mut kept = json!({"Type": kind, "Properties": properties});
    if let Some(condition) = resource.get("Condition") {
        kept["Condition"] = condition.clone();
    }
    Some(kept)
}

/// What is lost of the released resources, or refused, in an update to the present ones.
pub(super) fn losses(released: &Map<String, Value>, now: &Map<String, Value>, create_only: &CreateOnly) -> Vec<String> {
    let mut losses = Vec::new();
    for (id, before) in released {
        let kind = before["Type"].as_str().unwrap();
        let (_, held) = HOLDERS.into_iter().find(|(holder, _)| *holder == kind).unwrap();
        let Some(after) = now.get(id).filter(|after| after["Type"] == kind) else {
            losses.push(format!("{id} is gone or renamed, and with it {held}"));
            continue;
        };
        if before.get("Condition") != after.get("Condition") {
            losses.push(format!("{id} is there under another condition: where that does not hold, {held} are gone"));
        }
        let (before, after) = (&before["Properties"], &after["Properties"]);
        for name in &create_only[kind] {
            if before.get(name) != after.get(name) {
                losses.push(format!("{name} of {id} can't be changed: CloudFormation makes another, without {held}"));
            }
        }
        if kind == "AWS::DynamoDB::Table" {
            losses.extend(of_table(before, after).into_iter().map(|loss| format!("{loss} ({id})")));
        }
    }
    losses
}

/// What DynamoDB does not do to a table.
fn of_table(before: &Value, after: &Value) -> Vec<String> {
    let mut losses = Vec::new();
    if before.get("LocalSecondaryIndexes") != after.get("LocalSecondaryIndexes") {
        losses.push("a local index is made with its table, and goes with it".to_owned());
    }
    let view = |table: &Value| table["StreamSpecification"]["StreamViewType"].clone();
    if view(before) != view(after) && before.get("StreamSpecification").is_some() {
        losses.push(
            "another stream takes the place of the one there was, and what was not read from it is lost".to_owned(),
        );
    }
    let (old, new) = (indexes(before), indexes(after));
    let changed = old.iter().filter(|(name, index)| new.get(*name).is_some_and(|after| after != *index));
    losses.extend(changed.map(|(name, _)| format!("index {name} can't be changed: make one with another name")));
    let one_sided =
        old.keys().filter(|name| !new.contains_key(*name)).chain(new.keys().filter(|name| !old.contains_key(*name)));
    let one_sided: Vec<&str> = one_sided.copied().collect();
    if one_sided.len() > 1 {
        losses.push(format!(
            "an update makes or deletes one index at a time, not {}: release them one by one",
            one_sided.join(" and ")
        ));
    }
    let (old, new) = (types(before), types(after));
    let retyped = old.iter().filter(|(name, kind)| new.get(*name).is_some_and(|after| after != *kind));
    losses.extend(retyped.map(|(name, _)| format!("key attribute {name} can't get another type")));
    losses
}

/// The global indexes by name: their keys, and what they project, in whatever order that is written.
fn indexes(table: &Value) -> BTreeMap<&str, Value> {
    let all = table["GlobalSecondaryIndexes"].as_array().into_iter().flatten();
    let index = |index: &Value| {
        let projection = &index["Projection"];
        let attributes = projection["NonKeyAttributes"].as_array().into_iter().flatten();
        let attributes: BTreeSet<&str> = attributes.map(|name| name.as_str().unwrap()).collect();
        json!({"KeySchema": index["KeySchema"], "ProjectionType": projection["ProjectionType"], "attributes": attributes})
    };
    all.map(|one| (one["IndexName"].as_str().unwrap(), index(one))).collect()
}

/// The types of key attributes, by name.
fn types(table: &Value) -> BTreeMap<&str, &Value> {
    let all = table["AttributeDefinitions"].as_array().into_iter().flatten();
    all.map(|one| (one["AttributeName"].as_str().unwrap(), &one["AttributeType"])).collect()
}
