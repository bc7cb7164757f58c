//! A message as functions get it. AWS Lambda: "Using Lambda with Amazon SQS", example standard queue message event.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use local_sqs::{Attribute, Received, Value as AttributeValue};
use serde_json::{Map, Value, json};

pub(super) fn record(Received { receipt_handle, message }: &Received, queue: &str, region: &str) -> Value {
    let attributes: Map<String, Value> =
        message.attributes.iter().map(|(name, attribute)| (name.clone(), shown(attribute))).collect();
    let mut record = json!({
        "messageId": message.id,
        "receiptHandle": receipt_handle,
        "body": message.body,
        "attributes": message.system_attributes(),
        "messageAttributes": attributes,
        "md5OfBody": message.md5_of_body(),
        "eventSource": "aws:sqs",
        "eventSourceARN": queue,
        "awsRegion": region,
    });
    if let Some(digest) = message.md5_of_attributes() {
        record["md5OfMessageAttributes"] = digest.into();
    }
    record
}

fn shown(attribute: &Attribute) -> Value {
    let (key, value) = match &attribute.value {
        AttributeValue::Text(text) => ("stringValue", text.clone()),
        AttributeValue::Binary(bytes) => ("binaryValue", BASE64_STANDARD.encode(bytes)),
    };
    json!({key: value, "stringListValues": [], "binaryListValues": [], "dataType": attribute.data_type})
}
