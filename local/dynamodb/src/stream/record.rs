//! One stream record in the form a function gets it. AWS Lambda: "Using AWS Lambda with Amazon DynamoDB", example event.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::Sequence;
use crate::Error;

/// A stream record.
#[derive(Debug, Clone)]
pub struct Record {
    /// Its position in the stream.
    pub sequence: Sequence,
    /// When the write was made, to the second.
    pub created: SystemTime,
    /// The element of a function event's `Records`.
    pub event: Value,
}

/// Values that all records of a stream share.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    pub arn: String,
    region: String,
    view: String,
}

impl Origin {
    pub(super) fn new(table_arn: &str, view: &str) -> Self {
        Self {
            arn: format!("{table_arn}/stream/local"),
            region: table_arn.split(':').nth(3).unwrap_or_default().to_owned(),
            view: view.to_owned(),
        }
    }
}

/// A record as the database stores it.
pub(super) struct Row {
    sequence: Sequence,
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
    pub(super) fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
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

    pub(super) fn record(self, origin: &Origin) -> Result<Record, Error> {
        let images = [("NewImage", &self.new_image), ("OldImage", &self.old_image)];
        let size =
            self.keys.len() + images.iter().filter_map(|(_, image)| image.as_deref()).map(str::len).sum::<usize>();
        let mut dynamodb = json!({
            "ApproximateCreationDateTime": self.created_at,
            "Keys": parse(&self.keys)?,
            "SequenceNumber": self.sequence.to_string(),
            "SizeBytes": size,
            "StreamViewType": origin.view,
        });
        for (name, image) in images {
            if let Some(image) = image {
                dynamodb[name] = parse(image)?;
            }
        }
        let mut event = json!({
            "eventID": self.event_id,
            "eventName": self.event_name,
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": origin.region,
            "dynamodb": dynamodb,
            "eventSourceARN": origin.arn,
        });
        if let Some(identity) = &self.user_identity {
            event["userIdentity"] = parse(identity)?;
        }
        let created = SystemTime::UNIX_EPOCH + Duration::from_secs(self.created_at.unsigned_abs());
        Ok(Record { sequence: self.sequence, created, event })
    }
}

fn parse(json: &str) -> Result<Value, Error> {
    serde_json::from_str(json).map_err(|cause| Error::Internal(format!("a stream record that is not JSON: {cause}")))
}
