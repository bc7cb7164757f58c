//! What a function reports about its batch. AWS Lambda: "Configuring partial batch response", success and failure conditions.

use serde_json::Value;

/// The response of a function whose source has `ReportBatchItemFailures`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Report {
    /// Every record is done.
    Success,
    /// Records that failed, by sequence number or message id, in the order of the report. All others are done.
    Failed(Vec<String>),
    /// The report can't be read, so all records count as failed.
    Malformed,
}

impl Report {
    pub(crate) fn read(payload: &[u8]) -> Self {
        if payload.iter().all(u8::is_ascii_whitespace) {
            return Self::Success;
        }
        let Ok(answer) = serde_json::from_slice::<Value>(payload) else { return Self::Malformed };
        let failures = match &answer {
            Value::Null => return Self::Success,
            Value::Object(fields) => fields.get("batchItemFailures").unwrap_or(&Value::Null),
            _ => return Self::Malformed,
        };
        match failures {
            Value::Null => Self::Success,
            Value::Array(items) if items.is_empty() => Self::Success,
            Value::Array(items) => {
                items.iter().map(identifier).collect::<Option<_>>().map_or(Self::Malformed, Self::Failed)
            }
            _ => Self::Malformed,
        }
    }
}

fn identifier(item: &Value) -> Option<String> {
    item.get("itemIdentifier")?.as_str().filter(|id| !id.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_as_the_documentation_says() {
        for success in ["", "null", "{}", r#"{"batchItemFailures":[]}"#, r#"{"batchItemFailures":null}"#] {
            assert_eq!(Report::read(success.as_bytes()), Report::Success, "{success}");
        }
        for malformed in [
            "{",
            "3",
            r#""ok""#,
            r#"{"batchItemFailures":{}}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":""}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":null}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":"1"},{"id":"2"}]}"#,
        ] {
            assert_eq!(Report::read(malformed.as_bytes()), Report::Malformed, "{malformed}");
        }
        let failed = r#"{"batchItemFailures":[{"itemIdentifier":"2"},{"itemIdentifier":"1"}]}"#;
        assert_eq!(Report::read(failed.as_bytes()), Report::Failed(vec!["2".to_owned(), "1".to_owned()]));
    }
}
