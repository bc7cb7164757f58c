//! The Invoke API of functions that run elsewhere: calls are passed on, so that a function finds the others where it
//! finds every other service.

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};

use super::Remote;
use super::response::{FUNCTION_ERROR, is_function_error};
use crate::api::error::Error;
use crate::api::target::Target;

/// The headers of a call that mean something to the function or to who runs it.
const PASSED_ON: [HeaderName; 4] = [
    http::header::CONTENT_TYPE,
    HeaderName::from_static("x-amz-invocation-type"),
    HeaderName::from_static("x-amz-client-context"),
    HeaderName::from_static("x-amzn-trace-id"),
];

/// Passes `POST /2015-03-31/functions/{function}/invocations` on to the endpoint, and refuses any other request. The
/// endpoint reads `InvocationType` itself, and takes one that it does not know for `RequestResponse`.
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
    let mut theirs = remote.post(name, headers, payload).await?;
    if is_function_error(&theirs) {
        *theirs.status_mut() = StatusCode::OK;
        theirs.headers_mut().insert(FUNCTION_ERROR, HeaderValue::from_static("Unhandled"));
    }
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = theirs.status();
    for name in [http::header::CONTENT_TYPE, HeaderName::from_static(FUNCTION_ERROR)] {
        if let Some(value) = theirs.headers().get(&name) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    *response.body_mut() = theirs.into_body();
    Ok(response)
}
