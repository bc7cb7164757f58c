//! The JSON of the envelope, keys in the order the contract shows them.

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::{Pagination, failure};

/// `meta`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Meta<'a> {
    pub request_id: &'a str,
    pub timestamp: &'a str,
    /// Milliseconds.
    pub execution_time: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pagination: Option<Pagination>,
}

#[derive(Serialize)]
struct Success<'a> {
    success: bool,
    data: &'a RawValue,
    message: &'a str,
    meta: &'a Meta<'a>,
}

#[derive(Serialize)]
struct Failed<'a> {
    success: bool,
    error: ErrorBody<'a>,
    message: &'a str,
    meta: &'a Meta<'a>,
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    message: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    code: &'a str,
    #[serde(skip_serializing_if = "Map::is_empty")]
    details: &'a Map<String, Value>,
}

pub(crate) fn success(data: &RawValue, message: &str, meta: &Meta<'_>) -> String {
    to_json(&Success { success: true, data, message, meta })
}

pub(crate) fn failure(failure: &failure::Inner, meta: &Meta<'_>) -> String {
    let error = ErrorBody {
        message: &failure.message,
        kind: failure.code.kind(),
        code: failure.code.as_str(),
        details: &failure.details,
    };
    to_json(&Failed { success: false, error, message: &failure.message, meta })
}

fn to_json(body: &impl Serialize) -> String {
    // Strings, numbers and JSON can be serialised: this never fails.
    serde_json::to_string(body).unwrap_or_default()
}
