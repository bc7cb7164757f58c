//! `AWS::DynamoDB::Table`, as the CreateTable request it stands for. DynamoDB: "CreateTable".

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use super::resource_policy;
use crate::error::Place;
use crate::field::{Accepted, Field, optional, or_default};
use crate::model::Table;
use crate::stack::{Resource, Scope};

const PROPERTIES: Accepted = Accepted {
    emulated: &[
        "TableName",
        "KeySchema",
        "AttributeDefinitions",
        "GlobalSecondaryIndexes",
        "LocalSecondaryIndexes",
        "BillingMode",
        "ProvisionedThroughput",
        "StreamSpecification",
        "TimeToLiveSpecification",
        // Only that it denies nothing.
        "ResourcePolicy",
    ],
    without_effect: &[
        "ContributorInsightsSpecification",
        "DeletionProtectionEnabled",
        "OnDemandThroughput",
        "PointInTimeRecoverySpecification",
        "SSESpecification",
        "TableClass",
        "Tags",
        "WarmThroughput",
    ],
};

const INDEX: Accepted = Accepted {
    emulated: &["IndexName", "KeySchema", "Projection", "ProvisionedThroughput"],
    without_effect: &["ContributorInsightsSpecification", "OnDemandThroughput", "WarmThroughput"],
};

const VIEWS: [&str; 4] = ["NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY"];

pub(crate) fn table(scope: &Scope<'_>, resource: &Resource) -> Option<Table> {
    let value = scope.resolve(&resource.properties, &Place::new(&resource.id));
    let properties = Field::new(scope.report, Place::new(&resource.id), &value);
    properties.only(&PROPERTIES);
    check_policy(&properties);
    let name = optional(properties.get("TableName"), |field| field.name("_.-", 255));
    let definition = definition(&properties);
    let ttl_attribute = optional(properties.get("TimeToLiveSpecification"), |field| time_to_live(&field));
    let name = name?.unwrap_or_else(|| resource.id.clone());
    let mut definition = definition?;
    definition.insert("TableName".to_owned(), json!(name));
    Some(Table {
        name,
        arn: scope.own(resource, "Arn")?,
        definition: Json::Object(definition),
        ttl_attribute: ttl_attribute?.flatten(),
    })
}

fn definition(properties: &Field<'_>) -> Option<Map<String, Json>> {
    let provisioned = or_default(properties.get("BillingMode"), true, |field| {
        Some(field.one_of(&["PROVISIONED", "PAY_PER_REQUEST"])? == "PROVISIONED")
    });
    // Whatever BillingMode says wrong, the rest is looked at, too.
    let by_capacity = provisioned == Some(true);
    let attributes = properties.need("AttributeDefinitions").and_then(|field| attributes(&field));
    let key = properties.need("KeySchema").and_then(|field| key_schema(&field));
    let global = properties.get("GlobalSecondaryIndexes").map(|field| indexes(&field, by_capacity));
    let local = properties.get("LocalSecondaryIndexes").map(|field| indexes(&field, false));
    let throughput = by_capacity.then(|| properties.need("ProvisionedThroughput").and_then(|field| throughput(&field)));
    let stream = properties.get("StreamSpecification").map(|field| stream(&field));

    let mut definition = Map::new();
    let billing = if provisioned? { "PROVISIONED" } else { "PAY_PER_REQUEST" };
    definition.insert("BillingMode".to_owned(), json!(billing));
    definition.insert("AttributeDefinitions".to_owned(), attributes?);
    definition.insert("KeySchema".to_owned(), key?);
    for (name, part) in [
        ("GlobalSecondaryIndexes", global),
        ("LocalSecondaryIndexes", local),
        ("ProvisionedThroughput", throughput),
        ("StreamSpecification", stream),
    ] {
        if let Some(part) = part {
            definition.insert(name.to_owned(), part?);
        }
    }
    check_attributes(properties, &definition)?;
    Some(definition)
}

fn attributes(field: &Field<'_>) -> Option<Json> {
    all(field, |item| {
        item.only(&Accepted { emulated: &["AttributeName", "AttributeType"], without_effect: &[] });
        let name = item.need("AttributeName").and_then(|field| field.text());
        let kind = item.need("AttributeType").and_then(|field| field.one_of(&["S", "N", "B"]));
        Some(json!({"AttributeName": name?, "AttributeType": kind?}))
    })
}

fn key_schema(field: &Field<'_>) -> Option<Json> {
    all(field, |item| {
        item.only(&Accepted { emulated: &["AttributeName", "KeyType"], without_effect: &[] });
        let name = item.need("AttributeName").and_then(|field| field.text());
        let kind = item.need("KeyType").and_then(|field| field.one_of(&["HASH", "RANGE"]));
        Some(json!({"AttributeName": name?, "KeyType": kind?}))
    })
}

fn indexes(field: &Field<'_>, provisioned: bool) -> Option<Json> {
    all(field, |index| {
        index.only(&INDEX);
        let name = index.need("IndexName").and_then(|field| field.name("_.-", 255));
        let key = index.need("KeySchema").and_then(|field| key_schema(&field));
        let projection = index.need("Projection").and_then(|field| projection(&field));
        let throughput = provisioned.then(|| index.need("ProvisionedThroughput").and_then(|field| throughput(&field)));
        let mut json = json!({"IndexName": name?, "KeySchema": key?, "Projection": projection?});
        if let Some(throughput) = throughput {
            json["ProvisionedThroughput"] = throughput?;
        }
        Some(json)
    })
}

fn projection(field: &Field<'_>) -> Option<Json> {
    field.only(&Accepted { emulated: &["ProjectionType", "NonKeyAttributes"], without_effect: &[] });
    let kind = field.need("ProjectionType").and_then(|field| field.one_of(&["ALL", "KEYS_ONLY", "INCLUDE"]));
    let attributes = field.get("NonKeyAttributes").map(|field| all(&field, |name| name.text().map(Json::String)));
    let mut json = json!({"ProjectionType": kind?});
    if let Some(attributes) = attributes {
        json["NonKeyAttributes"] = attributes?;
    }
    Some(json)
}

fn throughput(field: &Field<'_>) -> Option<Json> {
    field.only(&Accepted { emulated: &["ReadCapacityUnits", "WriteCapacityUnits"], without_effect: &[] });
    let units = |key| field.need(key).and_then(|field| field.whole::<i64>(1..=i64::MAX));
    let (read, write) = (units("ReadCapacityUnits"), units("WriteCapacityUnits"));
    Some(json!({"ReadCapacityUnits": read?, "WriteCapacityUnits": write?}))
}

/// CloudFormation names only the view; the API also wants to hear that the stream is on.
fn stream(field: &Field<'_>) -> Option<Json> {
    field.only(&Accepted { emulated: &["StreamViewType", "ResourcePolicy"], without_effect: &["Tags"] });
    check_policy(field);
    let view = field.need("StreamViewType")?.one_of(&VIEWS)?;
    Some(json!({"StreamEnabled": true, "StreamViewType": view}))
}

fn check_policy(field: &Field<'_>) {
    if let Some(policy) = field.get("ResourcePolicy") {
        policy.only(&Accepted { emulated: &["PolicyDocument"], without_effect: &[] });
        policy.need("PolicyDocument").iter().for_each(resource_policy::check);
    }
}

fn time_to_live(field: &Field<'_>) -> Option<Option<String>> {
    field.only(&Accepted { emulated: &["AttributeName", "Enabled"], without_effect: &[] });
    let enabled = field.need("Enabled").and_then(|field| field.flag());
    let attribute = optional(field.get("AttributeName"), |field| field.text());
    let (enabled, attribute) = (enabled?, attribute?);
    if enabled && attribute.is_none() {
        return field.refuse("needs `AttributeName`");
    }
    Some(attribute.filter(|_| enabled))
}

/// DynamoDB refuses a key attribute without definition, and a definition that no key uses.
fn check_attributes(properties: &Field<'_>, definition: &Map<String, Json>) -> Option<()> {
    let names = |list: &Json| -> Vec<String> {
        let items = list.as_array().into_iter().flatten();
        items.filter_map(|item| item["AttributeName"].as_str().map(str::to_owned)).collect()
    };
    let defined: BTreeSet<String> = names(&definition["AttributeDefinitions"]).into_iter().collect();
    let mut used: BTreeSet<String> = names(&definition["KeySchema"]).into_iter().collect();
    for kind in ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"] {
        let indexes = definition.get(kind).and_then(Json::as_array).into_iter().flatten();
        used.extend(indexes.flat_map(|index| names(&index["KeySchema"])));
    }
    let odd: Vec<_> = defined.symmetric_difference(&used).cloned().collect();
    if odd.is_empty() {
        return Some(());
    }
    let message = format!("{}: AttributeDefinitions has to list the key attributes, and only them", odd.join(", "));
    properties.get("AttributeDefinitions")?.refuse(message)
}

/// Every item of a list, read to its end so that all problems are noted.
fn all(field: &Field<'_>, read: impl Fn(Field<'_>) -> Option<Json>) -> Option<Json> {
    let items: Vec<_> = field.items()?.into_iter().map(read).collect();
    items.into_iter().collect::<Option<Vec<_>>>().map(Json::Array)
}

#[cfg(test)]
mod tests;
