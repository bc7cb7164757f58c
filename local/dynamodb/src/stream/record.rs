//! One stream record in the form a function gets it, and in that of the streams API. AWS Lambda: "Using AWS Lambda with
//! Amazon DynamoDB", example event; DynamoDB Streams API: "Record".

use std::time::{Duration, SystemTime};

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{Sequence, View};
use crate::Error;

/// A stream record.
#[derive(Debug, Clone)]
pub struct Record {
    /// Its position in the stream.
    pub sequence: Sequence,
    /// When the write was made, to the second.
    pub created: SystemTime,
    /// `INSERT`, `MODIFY` or `REMOVE`.
    pub name: String,
    /// The item's key, in DynamoDB's JSON.
    pub keys: String,
    /// The element of a function event's `Records`, JSON. What the database stores is not parsed for it.
    pub event: String,
}

/// Values that all records of a stream share.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    /// The stream's ARN.
    pub arn: String,
    region: String,
    pub view: View,
}

impl Origin {
    pub(crate) fn new(arn: String, view: View) -> Self {
        Self { region: arn.split(':').nth(3).unwrap_or_default().to_owned(), arn, view }
    }
}

/// A record as the database stores it.
pub(crate) struct Row {
    pub sequence: Sequence,
    /// Stored with the record, so it is the same at every read and unique.
    event_id: String,
    event_name: String,
    keys: String,
    new_image: Option<String>,
    old_image: Option<String>,
    created_at: i64,
    /// Set on what TTL removed.
    user_identity: Option<String>,
}

impl Row {
    /// At most `limit` records of a table after a position: `?1` the table, `?2` the position, `?3` the limit.
    pub(crate) const QUERY: &str =
        "SELECT CAST(sequence_number AS INTEGER), event_id, event_name, keys_json, new_image,
            old_image, created_at, user_identity
        FROM _stream_records
        WHERE table_name = ?1 AND CAST(sequence_number AS INTEGER) > ?2
        ORDER BY CAST(sequence_number AS INTEGER) LIMIT ?3";

    pub(crate) fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            sequence: row.get(0)?,
            event_id: row.get(1)?,
            event_name: row.get(2)?,
            keys: row.get(3)?,
            new_image: row.get(4)?,
            old_image: row.get(5)?,
            created_at: row.get(6)?,
            user_identity: row.get(7)?,
        })
    }

    /// The size of what a stream with this view shows, in bytes of JSON.
    pub(crate) fn size(&self, view: View) -> usize {
        let images = self.new_image(view).into_iter().chain(self.old_image(view));
        self.keys.len() + images.map(str::len).sum::<usize>()
    }

    fn new_image(&self, view: View) -> Option<&str> {
        self.new_image.as_deref().filter(|_| view.new_image)
    }

    fn old_image(&self, view: View) -> Option<&str> {
        self.old_image.as_deref().filter(|_| view.old_image)
    }

    /// The record as a function gets it.
    pub(crate) fn record(self, origin: &Origin) -> Result<Record, Error> {
        let identity = self.user_identity.as_deref().map(raw).transpose()?;
        let element = Element { event_source_arn: Some(&origin.arn), user_identity: identity, ..self.element(origin)? };
        let event = serde_json::to_string(&element).map_err(not_json)?;
        let created = SystemTime::UNIX_EPOCH + Duration::from_secs(self.created_at.unsigned_abs());
        Ok(Record { sequence: self.sequence, created, name: self.event_name, keys: self.keys, event })
    }

    /// The record as GetRecords answers it. `Identity` has its members in another case there.
    pub(crate) fn api_record(&self, origin: &Origin) -> Result<Value, Error> {
        let mut record = serde_json::to_value(self.element(origin)?).map_err(not_json)?;
        if let Some(identity) = &self.user_identity {
            let identity: Value = serde_json::from_str(identity).map_err(not_json)?;
            record["userIdentity"] = json!({ "PrincipalId": identity["principalId"], "Type": identity["type"] });
        }
        Ok(record)
    }

    fn element<'a>(&'a self, origin: &'a Origin) -> Result<Element<'a>, Error> {
        Ok(Element {
            event_id: &self.event_id,
            event_name: &self.event_name,
            event_version: "1.1",
            event_source: "aws:dynamodb",
            aws_region: &origin.region,
            dynamodb: Change {
                approximate_creation_date_time: self.created_at,
                keys: raw(&self.keys)?,
                sequence_number: self.sequence.to_string(),
                size_bytes: self.size(origin.view),
                stream_view_type: origin.view.name(),
                new_image: self.new_image(origin.view).map(raw).transpose()?,
                old_image: self.old_image(origin.view).map(raw).transpose()?,
            },
            event_source_arn: None,
            user_identity: None,
        })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Element<'a> {
    #[serde(rename = "eventID")]
    event_id: &'a str,
    event_name: &'a str,
    event_version: &'a str,
    event_source: &'a str,
    aws_region: &'a str,
    dynamodb: Change<'a>,
    #[serde(rename = "eventSourceARN", skip_serializing_if = "Option::is_none")]
    event_source_arn: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_identity: Option<&'a RawValue>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Change<'a> {
    approximate_creation_date_time: i64,
    keys: &'a RawValue,
    sequence_number: String,
    size_bytes: usize,
    stream_view_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    new_image: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    old_image: Option<&'a RawValue>,
}

/// JSON that goes into other JSON as it stands.
fn raw(json: &str) -> Result<&RawValue, Error> {
    serde_json::from_str(json).map_err(not_json)
}

fn not_json(cause: serde_json::Error) -> Error {
    Error::Internal(format!("a stream record that is not JSON: {cause}"))
}
