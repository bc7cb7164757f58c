//! Creating the template's tables, and updating those on disk to match it.

use dynoxide::DynoxideError;
use local_template::Table;
use serde_json::{Value, json};

use crate::dispatch::dispatch;
use crate::refusal::Refusal;
use crate::store::Store;
use crate::table_calls::change_table;
use crate::{DynamoDb, Error};

impl DynamoDb {
    /// Creates the table, or updates the one on disk where that loses nothing: its stream, its TTL and its global
    /// indexes. Another key or local index is [`Error::Changed`].
    pub async fn ensure_table(&self, table: &Table) -> Result<(), Error> {
        let table = table.clone();
        self.inner.engine.run(move |store| ensure(store, &table)).await?
    }
}

fn ensure(store: &Store, table: &Table) -> Result<(), Error> {
    match call(store, "DescribeTable", &json!({ "TableName": table.name })) {
        Ok(described) => update(store, table, &described["Table"])?,
        Err(DynoxideError::ResourceNotFoundException(_)) => {
            call(store, "CreateTable", &create_table_request(table))?;
        }
        Err(error) => return Err(error.into()),
    }
    ensure_ttl(store, table)
}

/// The CreateTable request that makes a template's table. A template enables a stream by describing it; CreateTable needs
/// `StreamEnabled` as well.
pub fn create_table_request(table: &Table) -> Value {
    let mut request = table.definition.clone();
    if let Some(stream) = request.get_mut("StreamSpecification").filter(|stream| stream.get("StreamEnabled").is_none())
    {
        stream["StreamEnabled"] = true.into();
    }
    request
}

fn update(store: &Store, table: &Table, existing: &Value) -> Result<(), Error> {
    let wanted = &table.definition;
    let changed = |what| Err(Error::Changed { table: table.name.clone(), what });
    if key(wanted, &wanted["KeySchema"]) != key(existing, &existing["KeySchema"]) {
        return changed("key");
    }
    if indexes(wanted, "LocalSecondaryIndexes") != indexes(existing, "LocalSecondaryIndexes") {
        return changed("local secondary index");
    }
    update_global_indexes(store, table, existing)?;
    update_stream(store, table, existing)
}

/// An attribute of a key.
#[derive(PartialEq)]
struct KeyPart<'a> {
    attribute: &'a str,
    /// `HASH` or `RANGE`.
    role: &'a str,
    /// `S`, `N` or `B`.
    kind: &'a str,
}

fn key<'a>(table: &'a Value, schema: &'a Value) -> Vec<KeyPart<'a>> {
    let kinds = list(&table["AttributeDefinitions"]);
    let part = |part: &'a Value| {
        let attribute = string(&part["AttributeName"]);
        let kind = kinds.iter().find(|of| string(&of["AttributeName"]) == attribute);
        KeyPart { attribute, role: string(&part["KeyType"]), kind: kind.map_or("", |of| string(&of["AttributeType"])) }
    };
    list(schema).iter().map(part).collect()
}

/// What two indexes must have in common to be the same.
#[derive(PartialEq)]
struct Index<'a> {
    name: &'a str,
    key: Vec<KeyPart<'a>>,
    projection: &'a str,
    /// The other attributes it has, sorted.
    attributes: Vec<&'a str>,
}

/// The indexes of one sort, in the order of their names.
fn indexes<'a>(table: &'a Value, which: &str) -> Vec<Index<'a>> {
    let index = |index: &'a Value| {
        let projection = &index["Projection"];
        let mut attributes: Vec<&str> = list(&projection["NonKeyAttributes"]).iter().map(string).collect();
        attributes.sort_unstable();
        Index {
            name: string(&index["IndexName"]),
            key: key(table, &index["KeySchema"]),
            projection: string(&projection["ProjectionType"]),
            attributes,
        }
    };
    let mut indexes: Vec<Index<'a>> = list(&table[which]).iter().map(index).collect();
    indexes.sort_unstable_by_key(|index| index.name);
    indexes
}

/// Adds and removes global indexes, which leaves the items alone. A changed index is removed and added.
fn update_global_indexes(store: &Store, table: &Table, existing: &Value) -> Result<(), Error> {
    const GLOBAL: &str = "GlobalSecondaryIndexes";
    let (wanted, present) = (indexes(&table.definition, GLOBAL), indexes(existing, GLOBAL));
    for Index { name, .. } in present.iter().filter(|index| !wanted.contains(index)) {
        let delete =
            json!({ "TableName": table.name, "GlobalSecondaryIndexUpdates": [{ "Delete": { "IndexName": name } }] });
        call(store, "UpdateTable", &delete)?;
    }
    for Index { name, .. } in wanted.iter().filter(|index| !present.contains(index)) {
        let index = list(&table.definition[GLOBAL]).iter().find(|index| string(&index["IndexName"]) == *name);
        let create = json!({
            "TableName": table.name,
            "AttributeDefinitions": table.definition["AttributeDefinitions"],
            "GlobalSecondaryIndexUpdates": [{ "Create": index }],
        });
        call(store, "UpdateTable", &create)?;
    }
    Ok(())
}

fn update_stream(store: &Store, table: &Table, existing: &Value) -> Result<(), Error> {
    let (wanted, present) = (view_type(&table.definition), view_type(existing));
    if wanted == present {
        return Ok(());
    }
    let specification = match wanted {
        Some(view) => json!({ "StreamEnabled": true, "StreamViewType": view }),
        None => json!({ "StreamEnabled": false }),
    };
    let request = json!({ "TableName": table.name, "StreamSpecification": specification });
    change_table(store, &request.to_string())?;
    Ok(())
}

/// `StreamViewType` of a table whose stream is on.
pub(crate) fn view_type(table: &Value) -> Option<&str> {
    let stream = &table["StreamSpecification"];
    if stream["StreamEnabled"] == false { None } else { stream["StreamViewType"].as_str() }
}

fn ensure_ttl(store: &Store, table: &Table) -> Result<(), Error> {
    let described = call(store, "DescribeTimeToLive", &json!({ "TableName": table.name }))?;
    let present = described["TimeToLiveDescription"]["AttributeName"].as_str();
    let wanted = table.ttl_attribute.as_deref();
    if wanted == present {
        return Ok(());
    }
    let switch = |attribute: &str, on: bool| {
        let specification = json!({ "AttributeName": attribute, "Enabled": on });
        call(store, "UpdateTimeToLive", &json!({ "TableName": table.name, "TimeToLiveSpecification": specification }))
    };
    // Another attribute can only be named once the present one is off.
    if let Some(attribute) = present {
        switch(attribute, false)?;
    }
    if let Some(attribute) = wanted {
        switch(attribute, true)?;
    }
    Ok(())
}

fn call(store: &Store, operation: &str, request: &Value) -> Result<Value, DynoxideError> {
    let internal = |message: String| DynoxideError::InternalServerError(message);
    let output = dispatch(store, operation, &request.to_string())
        .ok_or_else(|| internal(format!("dynoxide has no {operation}")))?;
    let output = output.map_err(|refusal| match refusal {
        Refusal::Engine(error) => error,
        other => internal(other.to_string()),
    })?;
    serde_json::from_str(&output.body).map_err(|error| internal(error.to_string()))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn string(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests;
