//! Reading one record of a stream: does it carry an event that its item did not carry before?

use std::borrow::Cow;

use serde::Deserialize;
use serde_dynamo::AttributeValue;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::stream::{EventName, Images};
use crate::{ATTRIBUTE, Event};

/// Why a record can't be read. It quotes nothing of the record, which may hold what no log should.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Problem {
    #[error("it is no record of a stream of new and old images")]
    Record,
    #[error("its event is no CloudEvent as this system writes them")]
    Event,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    event_name: EventName,
    dynamodb: Images,
}

/// The event a record tells of; none if it is a removal, an item without an event, or one whose event was told by an
/// earlier write.
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

/// What a record is reported by, where it has that much.
pub(super) fn sequence_number(raw: &RawValue) -> Option<String> {
    let record: Value = serde_json::from_str(raw.get()).ok()?;
    record.pointer("/dynamodb/SequenceNumber")?.as_str().map(str::to_owned)
}

/// The record without these attributes of its images, and as it came if there are none to leave out. They go wherever
/// they stand: a record that can't be read need not have its images where they belong.
pub(super) fn without<'a>(raw: &'a RawValue, attributes: &[&str]) -> Cow<'a, str> {
    if attributes.is_empty() {
        return raw.get().into();
    }
    // Of JSON that is nested deeper than serde reads (128 levels) nothing is left; no item is as deep.
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
