//! What a response of an Invoke API means.
//!
//! AWS says in a header that a function failed. `cargo lambda watch` says it with a 500 whose body is the function's
//! error, as the Runtime API was given it.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::{FunctionError, Invocation, InvokeError};

/// AWS's header of a failed function.
pub(super) const FUNCTION_ERROR: &str = "x-amz-function-error";

/// The error that a function reported.
#[derive(Deserialize)]
struct Reported {
    #[serde(rename = "errorType")]
    _error_type: IgnoredAny,
    #[serde(rename = "errorMessage")]
    _error_message: IgnoredAny,
}

/// Whether a response is a function's error.
pub(super) fn is_function_error(response: &Response<Bytes>) -> bool {
    response.headers().contains_key(FUNCTION_ERROR)
        || (response.status() == StatusCode::INTERNAL_SERVER_ERROR
            && serde_json::from_slice::<Reported>(response.body()).is_ok())
}

/// Reads a response.
pub(super) fn invocation(
    function: &str,
    request_id: String,
    response: Response<Bytes>,
) -> Result<Invocation, InvokeError> {
    let function_error = is_function_error(&response).then_some(FunctionError::Reported);
    match response.status() {
        status if status.is_success() || function_error.is_some() => {
            Ok(Invocation { request_id, payload: response.into_body(), function_error })
        }
        StatusCode::NOT_FOUND => Err(InvokeError::NotFound(function.to_owned())),
        StatusCode::TOO_MANY_REQUESTS => Err(InvokeError::Throttled(function.to_owned())),
        status => {
            let said = String::from_utf8_lossy(response.body()).chars().take(200).collect::<String>();
            Err(InvokeError::Unavailable(format!("{function}: {status} {said}")))
        }
    }
}
