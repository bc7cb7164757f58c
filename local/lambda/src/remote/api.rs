//! The Invoke API of functions that run elsewhere: calls are passed on, so that a function finds the others where it
//! finds every other service.

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};

use super::{Remote, answer};
use crate::api::error::Error;
use crate::api::target::Target;

/// The headers of a call that mean something to the function or to who runs it.
const PASSED_ON: [HeaderName; 4] = [
    http::header::CONTENT_TYPE,
    HeaderName::from_static("x-amz-invocation-type"),
    HeaderName::from_static("x-amz-client-context"),
    HeaderName::from_static("x-amzn-trace-id"),
];

/// Answers `POST /2015-03-31/functions/{function}/invocations` with what the endpoint answers, and any other request
/// with an error. `InvocationType` is the endpoint's to understand: what it does not know, it takes for
/// `RequestResponse`.
pub async fn handle(remote: &Remote, request: Request<Bytes>) -> Response<Bytes> {
    let (parts, payload) = request.into_parts();
    match pass_on(remote, &parts, payload).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    }
}

async fn pass_on(remote: &Remote, parts: &Parts, payload: Bytes) -> Result<Response<Bytes>, Error> {
    let target = Target::parse(&parts.uri).filter(|_| parts.method == Method::POST).ok_or(Error::UnknownOperation)?;
    let name = remote.name(target.unqualified())?;
    let headers: HeaderMap =
        PASSED_ON.iter().filter_map(|name| Some((name.clone(), parts.headers.get(name)?.clone()))).collect();
    let mut response = remote.post(name, headers, payload).await?;
    if answer::is_function_error(&response) {
        *response.status_mut() = StatusCode::OK;
        response.headers_mut().insert(answer::FUNCTION_ERROR, HeaderValue::from_static("Unhandled"));
    }
    let mut answer = Response::new(Bytes::new());
    *answer.status_mut() = response.status();
    for name in [http::header::CONTENT_TYPE, HeaderName::from_static(answer::FUNCTION_ERROR)] {
        if let Some(value) = response.headers().get(&name) {
            answer.headers_mut().insert(name, value.clone());
        }
    }
    *answer.body_mut() = response.into_body();
    Ok(answer)
}
