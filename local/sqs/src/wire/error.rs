//! Errors as the JSON protocol carries them: the shape's name in the body, the code of the older query protocol in a
//! header. SDKs go by either, so both must be right.

use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::json;

use crate::Error;

/// How AWS names an error.
struct Names {
    /// `__type`.
    shape: &'static str,
    /// The code in `x-amzn-query-error`, and of a failed batch entry.
    code: &'static str,
    status: StatusCode,
}

pub(super) fn response(operation: &str, error: &Error) -> (StatusCode, HeaderMap, Vec<u8>) {
    let Names { shape, code, status } = names(error);
    let (fault, message) = if error.is_internal() {
        tracing::error!(%operation, %error, "an SQS request failed");
        ("Receiver", "An internal error occurred.".into())
    } else {
        ("Sender", error.to_string())
    };
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::try_from(format!("{code};{fault}")) {
        headers.insert("x-amzn-query-error", value);
    }
    (status, headers, json!({ "__type": shape, "message": message }).to_string().into_bytes())
}

/// The code of a failed batch entry.
pub(super) fn code(error: &Error) -> &'static str {
    names(error).code
}

fn names(error: &Error) -> Names {
    let (shape, code) = match error {
        Error::QueueDoesNotExist => ("com.amazonaws.sqs#QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"),
        Error::QueueNameExists(_) => ("com.amazonaws.sqs#QueueNameExists", "QueueAlreadyExists"),
        Error::ReceiptHandleIsInvalid(_) => ("com.amazonaws.sqs#ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid"),
        Error::MessageNotInflight => {
            ("com.amazonaws.sqs#MessageNotInflight", "AWS.SimpleQueueService.MessageNotInflight")
        }
        Error::InvalidParameterValue(_) => {
            ("com.amazon.coral.service#InvalidParameterValueException", "InvalidParameterValue")
        }
        Error::MissingParameter(_) => {
            ("com.amazon.coral.service#MissingRequiredParameterException", "MissingParameter")
        }
        Error::InvalidMessageContents => ("com.amazonaws.sqs#InvalidMessageContents", "InvalidMessageContents"),
        Error::InvalidAttributeName(_) => ("com.amazonaws.sqs#InvalidAttributeName", "InvalidAttributeName"),
        Error::EmptyBatchRequest(_) => {
            ("com.amazonaws.sqs#EmptyBatchRequest", "AWS.SimpleQueueService.EmptyBatchRequest")
        }
        Error::TooManyEntriesInBatchRequest(_) => {
            ("com.amazonaws.sqs#TooManyEntriesInBatchRequest", "AWS.SimpleQueueService.TooManyEntriesInBatchRequest")
        }
        Error::BatchRequestTooLong(_) => {
            ("com.amazonaws.sqs#BatchRequestTooLong", "AWS.SimpleQueueService.BatchRequestTooLong")
        }
        Error::BatchEntryIdsNotDistinct(_) => {
            ("com.amazonaws.sqs#BatchEntryIdsNotDistinct", "AWS.SimpleQueueService.BatchEntryIdsNotDistinct")
        }
        Error::InvalidBatchEntryId => {
            ("com.amazonaws.sqs#InvalidBatchEntryId", "AWS.SimpleQueueService.InvalidBatchEntryId")
        }
        Error::ResourceNotFound(_) => ("com.amazonaws.sqs#ResourceNotFoundException", "ResourceNotFoundException"),
        Error::UnsupportedOperation(_) => {
            ("com.amazonaws.sqs#UnsupportedOperation", "AWS.SimpleQueueService.UnsupportedOperation")
        }
        Error::UnknownOperation(_) => ("com.amazon.coral.service#UnknownOperationException", "InvalidAction"),
        Error::Serialization(_) => ("com.amazon.coral.service#SerializationException", "MalformedInput"),
        Error::DeadLetterQueue { .. }
        | Error::Folder { .. }
        | Error::Format(_)
        | Error::Storage(_)
        | Error::Thread(_)
        | Error::Snapshot(_)
        | Error::Stopped => ("com.amazon.coral.service#InternalFailure", "InternalFailure"),
    };
    let status = match error {
        Error::ResourceNotFound(_) => StatusCode::NOT_FOUND,
        error if error.is_internal() => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    };
    Names { shape, code, status }
}
