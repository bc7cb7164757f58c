//! Reading the event of one stream record.

use std::borrow::Cow;

use serde::Deserialize;
use serde_dynamo::AttributeValue;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::stream::{EventName, Images};
use crate::{ATTRIBUTE, Event};

/// Why a record can't be read. It quotes nothing of the record, which may hold secrets.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Problem {
    #[error("it is not a record of a stream with new and old images")]
    Record,
    #[error("its event is not a CloudEvent with an id and a type")]
    Event,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    event_name: EventName,
    dynamodb: Images,
}

/// The new event of a record; `None` if the item was deleted, has no event, or had the same event before this write.
pub(super) fn read(raw: &RawValue) -> Result<Option<Event<Value>>, Problem> {
    let record: Record = serde_json::from_str(raw.get()).map_err(|_| Problem::Record)?;
    if record.event_name == EventName::Remove {
        return Ok(None);
    }
    let Images { new_image, old_image } = record.dynamodb;
    let mut image = new_image.ok_or(Problem::Record)?;
    let Some(attribute) = image.remove(ATTRIBUTE) else { return Ok(None) };
    let old = old_image.as_ref().and_then(|image| id(image.get(ATTRIBUTE)?));
    if old.is_some() && old == id(&attribute) {
        return Ok(None);
    }
    let event: Event<Value> = serde_dynamo::from_attribute_value(attribute).map_err(|_| Problem::Event)?;
    let named = !event.id.is_empty() && !event.kind.is_empty() && event.specversion == "1.0";
    if named { Ok(Some(event)) } else { Err(Problem::Event) }
}

fn id(event: &AttributeValue) -> Option<&str> {
    let AttributeValue::M(event) = event else { return None };
    match event.get("id")? {
        AttributeValue::S(id) => Some(id),
        _ => None,
    }
}

/// The sequence number, by which Lambda identifies a record; `None` if the record has none.
pub(super) fn sequence_number(raw: &RawValue) -> Option<String> {
    let record: Value = serde_json::from_str(raw.get()).ok()?;
    record.pointer("/dynamodb/SequenceNumber")?.as_str().map(str::to_owned)
}

/// The record without these attributes, or unchanged if there are none. They are removed at any depth: an unreadable record
/// may have its images anywhere.
pub(super) fn redacted<'a>(raw: &'a RawValue, attributes: &[&str]) -> Cow<'a, str> {
    if attributes.is_empty() {
        return raw.get().into();
    }
    // JSON that is nested deeper than serde reads (128 levels) becomes `null`; no item is that deep.
    let mut record: Value = serde_json::from_str(raw.get()).unwrap_or_default();
    strip(&mut record, attributes);
    record.to_string().into()
}

fn strip(value: &mut Value, names: &[&str]) {
    match value {
        Value::Object(object) => {
            object.retain(|name, _| !names.contains(&name.as_str()));
            object.values_mut().for_each(|value| strip(value, names));
        }
        Value::Array(values) => values.iter_mut().for_each(|value| strip(value, names)),
        _ => {}
    }
}

#[cfg(test)]
mod properties;
