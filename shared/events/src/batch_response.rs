//! The response of a function behind a queue or a stream, which names the records that failed: "partial batch response" in
//! the AWS Lambda docs for SQS, "Reporting batch item failures" for DynamoDB. It needs `ReportBatchItemFailures`.

use serde::Serialize;

#[derive(Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchResponse {
    pub batch_item_failures: Vec<ItemFailure>,
}

#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ItemFailure {
    /// A message's id, or the sequence number of a stream's record: that record and all after it are delivered again.
    pub item_identifier: String,
}
