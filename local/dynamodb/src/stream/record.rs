//! One stream record in the form a function gets it, and in that of the streams API. AWS Lambda: "Using AWS Lambda with
//! Amazon DynamoDB", example event; DynamoDB Streams API: "Record".

use std::time::{Duration, SystemTime};

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
    /// The element of a function event's `Records`.
    pub event: Value,
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
        self.keys.len() + self.images(view).map(|(_, image)| image.len()).sum::<usize>()
    }

    /// The record as a function gets it.
    pub(crate) fn record(self, origin: &Origin) -> Result<Record, Error> {
        let mut event = self.common(origin)?;
        event["eventSourceARN"] = origin.arn.as_str().into();
        if let Some(identity) = &self.user_identity {
            event["userIdentity"] = parse(identity)?;
        }
        let created = SystemTime::UNIX_EPOCH + Duration::from_secs(self.created_at.unsigned_abs());
        Ok(Record { sequence: self.sequence, created, event })
    }

    /// The record as GetRecords answers it. `Identity` has its members in another case there.
    pub(crate) fn api_record(&self, origin: &Origin) -> Result<Value, Error> {
        let mut record = self.common(origin)?;
        if let Some(identity) = &self.user_identity {
            let identity = parse(identity)?;
            record["userIdentity"] = json!({ "PrincipalId": identity["principalId"], "Type": identity["type"] });
        }
        Ok(record)
    }

    fn common(&self, origin: &Origin) -> Result<Value, Error> {
        let mut dynamodb = json!({
            "ApproximateCreationDateTime": self.created_at,
            "Keys": parse(&self.keys)?,
            "SequenceNumber": self.sequence.to_string(),
            "SizeBytes": self.size(origin.view),
            "StreamViewType": origin.view.name(),
        });
        for (name, image) in self.images(origin.view) {
            dynamodb[name] = parse(image)?;
        }
        Ok(json!({
            "eventID": self.event_id,
            "eventName": self.event_name,
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": origin.region,
            "dynamodb": dynamodb,
        }))
    }

    fn images(&self, view: View) -> impl Iterator<Item = (&'static str, &str)> {
        let new_image = self.new_image.as_deref().filter(|_| view.new_image).map(|image| ("NewImage", image));
        let old_image = self.old_image.as_deref().filter(|_| view.old_image).map(|image| ("OldImage", image));
        new_image.into_iter().chain(old_image)
    }
}

fn parse(json: &str) -> Result<Value, Error> {
    serde_json::from_str(json).map_err(|cause| Error::Internal(format!("a stream record that is not JSON: {cause}")))
}
