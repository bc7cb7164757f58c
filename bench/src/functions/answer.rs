//! Whether a function did what it was asked: one that refused or failed has not done the work that is to be measured.

use serde_json::Value;

use crate::error::Error;

/// The answer of a function that succeeded. For an endpoint, that is the body of its answer.
pub fn succeeded(name: &str, answer: &[u8]) -> Result<Value, Error> {
    let failed = || Error::Answer { who: name.to_owned(), answer: String::from_utf8_lossy(answer).into_owned() };
    let value: Value = serde_json::from_slice(answer).map_err(|_| failed())?;
    let is_ok = match &value {
        Value::Object(fields) => {
            let status = fields.get("statusCode").map(|status| status.as_u64());
            let items = fields.get("batchItemFailures").and_then(Value::as_array);
            status.is_none_or(|status| status.is_some_and(|status| (200..300).contains(&status)))
                && items.is_none_or(Vec::is_empty)
                && fields.get("success") != Some(&Value::Bool(false))
        }
        _ => true,
    };
    match is_ok.then(|| value["body"].as_str().map(serde_json::from_str)) {
        None | Some(Some(Err(_))) => Err(failed()),
        Some(Some(Ok(body))) => Ok(body),
        Some(None) => Ok(value),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(answer: Value) -> Result<Value, Error> {
        succeeded("it", answer.to_string().as_bytes())
    }

    #[test]
    fn an_endpoint_succeeds_by_its_status() {
        assert_eq!(of(json!({"statusCode": 201, "body": "{\"a\":1}"})).unwrap(), json!({"a": 1}));
        for status in [json!(400), json!(500), json!("200"), json!(null)] {
            assert!(of(json!({"statusCode": status, "body": "{}"})).is_err(), "{status}");
        }
        assert!(of(json!({"statusCode": 200, "body": "<html>"})).is_err());
    }

    #[test]
    fn a_batch_succeeds_when_nothing_of_it_comes_again() {
        assert!(of(json!({"batchItemFailures": []})).is_ok());
        assert!(of(json!({"batchItemFailures": [{"itemIdentifier": "1"}]})).is_err());
        assert!(of(json!(null)).is_ok());
    }

    #[test]
    fn a_procedure_says_whether_it_succeeded() {
        assert!(of(json!({"success": true, "data": {}})).is_ok());
        assert!(of(json!({"success": false, "error": {}})).is_err());
    }
}
