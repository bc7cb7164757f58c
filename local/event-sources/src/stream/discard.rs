//! The message about discarded records. AWS Lambda: "Retain discarded records for a DynamoDB event source", SQS form.

use std::time::SystemTime;

use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use super::batch::Entry;
use super::invoke::FailedInvocation;

/// Why records were given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Condition {
    RetryAttemptsExhausted,
    RecordAgeExceeded,
}

/// Discarded records, as the message describes them. The records themselves stay in the stream.
pub(super) struct Discarded<'a> {
    pub condition: Condition,
    pub function_arn: &'a str,
    pub stream_arn: &'a str,
    pub shard_id: &'a str,
    pub records: usize,
    pub first: &'a Entry,
    pub last: &'a Entry,
    pub invocations: u32,
    /// The last failed invocation; `None` for records that were too old before their first.
    pub failed: Option<&'a FailedInvocation>,
}

impl Condition {
    /// What AWS calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::RetryAttemptsExhausted => "RetryAttemptsExhausted",
            Self::RecordAgeExceeded => "RecordAgeExceeded",
        }
    }
}

impl Discarded<'_> {
    pub(super) fn message(&self, now: SystemTime) -> String {
        let condition = self.condition.name();
        let request_id =
            self.failed.map_or_else(|| uuid::Uuid::now_v7().to_string(), |failed| failed.request_id.clone());
        let mut message = json!({
            "requestContext": {
                "requestId": request_id,
                "functionArn": self.function_arn,
                "condition": condition,
                "approximateInvokeCount": self.invocations,
            },
            "version": "1.0",
            "timestamp": timestamp(now, MILLISECONDS),
            "DDBStreamBatchInfo": {
                "shardId": self.shard_id,
                "startSequenceNumber": self.first.sequence.to_string(),
                "endSequenceNumber": self.last.sequence.to_string(),
                "approximateArrivalOfFirstRecord": timestamp(self.first.created, SECONDS),
                "approximateArrivalOfLastRecord": timestamp(self.last.created, SECONDS),
                "batchSize": self.records,
                "streamArn": self.stream_arn,
            },
        });
        if let Some(failed) = self.failed {
            let mut response = json!({ "statusCode": 200, "executedVersion": "$LATEST" });
            if failed.error.is_some() {
                response["functionError"] = Value::from("Unhandled");
            }
            message["responseContext"] = response;
        }
        message.to_string()
    }
}

const MILLISECONDS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
const SECONDS: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");

fn timestamp(at: SystemTime, format: &[BorrowedFormatItem<'_>]) -> String {
    // Only a year beyond four digits can't be written so.
    OffsetDateTime::from(at).format(format).unwrap_or_default()
}
