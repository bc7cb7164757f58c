//! Reading a request's body into dynoxide's types, and its errors into DynamoDB's.
//!
//! dynoxide's types say which DynamoDB error a bad value is by a marker at the start of serde's message; its own
//! HTTP server, which is not compiled in, is what usually reads them.

use dynoxide::DynoxideError;
use serde::de::DeserializeOwned;

/// Reads `body`, or says what DynamoDB would.
pub(crate) fn decode<T: DeserializeOwned>(body: &str) -> Result<T, DynoxideError> {
    serde_json::from_str(body).map_err(|error| classify(&error.to_string()))
}

fn classify(message: &str) -> DynoxideError {
    use DynoxideError::{EnvelopedValidation, SerializationException, ValidationException};
    type Variant = fn(String) -> DynoxideError;
    // A longer marker comes before the one it extends.
    const MARKERS: [(&str, Variant, bool); 5] = [
        ("SERIALIZATION_AS_READ:", SerializationException, true),
        ("SERIALIZATION:", SerializationException, false),
        ("VALIDATION_AS_READ:", ValidationException, true),
        ("VALIDATION_REQUEST:", EnvelopedValidation, false),
        ("VALIDATION:", ValidationException, false),
    ];
    for (marker, variant, as_read) in MARKERS {
        if let Some(rest) = message.strip_prefix(marker) {
            return variant(if as_read { rest } else { without_position(rest) }.to_owned());
        }
    }
    let rest = without_position(message);
    // DynamoDB answers a missing field, a null and an unknown enum value as invalid, and only a value of the wrong
    // JSON type as unreadable.
    let invalid =
        ["missing field", "unknown variant", "invalid type: null", "AttributeValue"].iter().any(|m| rest.contains(m));
    if invalid { ValidationException(rest.to_owned()) } else { SerializationException(rest.to_owned()) }
}

/// serde_json ends its messages with ` at line N column N`.
fn without_position(message: &str) -> &str {
    message.rfind(" at line ").map_or(message, |end| &message[..end])
}

/// The words of an error that dynoxide leaves to whoever serves it: which operations put a refused request into an
/// envelope, and that `ExecuteStatement` writes its condition failure in a shape of its own.
pub(crate) fn worded(operation: &str, error: DynoxideError) -> DynoxideError {
    match error {
        DynoxideError::EnvelopedValidation(message) => DynoxideError::ValidationException(match operation {
            "PutItem" | "UpdateItem" | "DeleteItem" => format!("1 validation error detected: {message}"),
            _ => message,
        }),
        DynoxideError::ConditionalCheckFailedException(message, Some(item)) if operation == "ExecuteStatement" => {
            DynoxideError::StatementConditionalCheckFailed(message, item)
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_name_the_error_and_are_not_shown() {
        let error = classify("VALIDATION:TableName is short at line 1 column 9");
        assert!(matches!(&error, DynoxideError::ValidationException(m) if m == "TableName is short"));
        let error = worded("PutItem", classify("VALIDATION_REQUEST:no at line 1 column 9"));
        assert!(matches!(&error, DynoxideError::ValidationException(m) if m == "1 validation error detected: no"));
        let error = classify("invalid type: integer `3`, expected a string at line 1 column 4");
        assert!(
            matches!(&error, DynoxideError::SerializationException(m) if m == "invalid type: integer `3`, expected a string")
        );
    }
}
