//! Controls of a running stack, under `/_local/`: tests, subcommands and the console look inside, run a schedule, send
//! messages, redrive dead letters, rotate a secret, read mails and stories, take and restore snapshots, inject
//! faults, and see which rights the functions used.

mod faults;
mod function;
mod logs;
mod look;
mod map;
mod queues;
mod routes;
mod schedules;
mod secrets;
mod snapshots;
mod status;
mod stories;
mod tables;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use local_event_sources::Redelivery;
use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::aws_api::is_local;
use crate::snapshots::Snapshots;
use crate::stack::Stack;

/// The prefix of controls. No path under it reaches the API.
pub const PREFIX: &str = "/_local/";

/// The header that a control requires: no web page can send it to another origin without a preflight.
pub const HEADER: &str = "x-local-stack";

/// Why a control was not carried out: the status and the text of the answer.
type Failure = (StatusCode, String);

/// Answers a request for a control with JSON.
pub async fn handle(stack: &Stack, snapshots: &Snapshots, mut request: Request<Bytes>) -> Response<Bytes> {
    if is_from_own_page(request.headers()) {
        request.headers_mut().remove(header::ORIGIN);
    }
    if !is_local(request.headers(), stack.host.as_deref()) || !request.headers().contains_key(HEADER) {
        return answer(StatusCode::FORBIDDEN, &json!({"error": format!("send the header {HEADER}: 1")}));
    }
    match control(stack, snapshots, &request).await {
        Ok(json) => answered(StatusCode::OK, json),
        Err((status, message)) => answer(status, &json!({"error": message})),
    }
}

/// Whether a page of this very host and port sends the request: the console. Browsers name the page's origin with each
/// request that is not a GET.
fn is_from_own_page(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let page = text(header::ORIGIN).and_then(|origin| origin.strip_prefix("http://"));
    page.is_some() && page == text(header::HOST) && headers.get_all(header::ORIGIN).iter().count() == 1
}

/// The answer to a control, as JSON.
async fn control(stack: &Stack, snapshots: &Snapshots, request: &Request<Bytes>) -> Result<String, Failure> {
    let parts = request.uri().path().trim_start_matches(PREFIX).split('/');
    // A name may have any character: a part is decoded by itself.
    let parts: Vec<_> = parts.map(|part| percent_decode_str(part).decode_utf8_lossy()).collect();
    let path: Vec<&str> = parts.iter().map(AsRef::as_ref).collect();
    match (request.method(), path.as_slice()) {
        (&Method::GET, ["stories"]) => stories::list(&stack.stories, request.uri().query().unwrap_or_default()).await,
        (&Method::GET, ["stories", id]) => stories::story(&stack.stories, id).await,
        (_, ["snapshots", path @ ..]) => {
            snapshots::control(snapshots, request, path).await.map(|value| value.to_string())
        }
        (_, path) => act(stack, request, path).await.map(|value| value.to_string()),
    }
}

async fn act(stack: &Stack, request: &Request<Bytes>, path: &[&str]) -> Result<Value, Failure> {
    match (request.method(), path) {
        (&Method::GET, ["status"]) => status::status(stack),
        (&Method::GET, ["logs"]) => logs::lines(stack, request.uri().query()).await,
        (&Method::GET, ["functions"]) => value(&stack.functions),
        (&Method::GET, ["functions", name]) => function::describe(stack, name),
        (&Method::GET, ["functions", name, "logs"]) => function::logs(stack, name, request.uri().query()).await,
        (&Method::GET, ["instances"]) => {
            let instances = stack.lambda.instances().into_iter();
            Ok(instances.map(|one| json!({"function": one.function, "pid": one.pid, "busy": one.busy})).collect())
        }
        (&Method::GET, ["routes"]) => Ok(routes::list(stack)),
        (&Method::GET, ["map"]) => Ok(map::map(&stack.system)),
        (&Method::GET, ["tables"]) => tables::list(stack).await,
        (&Method::POST, ["tables", name, "query"]) => tables::query(stack, name, body(request)?).await,
        (&Method::GET, ["dynamodb", "calls"]) => value(&stack.dynamodb.calls().snapshot()),
        (&Method::DELETE, ["dynamodb", "calls"]) => value(&stack.dynamodb.calls().reset()),
        (&Method::GET, ["dynamodb", "faults"]) => value(&stack.dynamodb.faults().pending()),
        (&Method::POST, ["dynamodb", "faults"]) => faults::fail_tables(stack, body(request)?),
        (&Method::DELETE, ["dynamodb", "faults"]) => faults::clear_tables(stack),
        (&Method::GET, ["ses", "faults"]) => value(&stack.ses.faults().pending()),
        (&Method::POST, ["ses", "faults"]) => faults::fail_mails(stack, body(request)?),
        (&Method::DELETE, ["ses", "faults"]) => faults::clear_mails(stack),
        (&Method::GET, ["mails"]) => value(&stack.ses.mails().map_err(failed)?),
        (&Method::GET, ["iam", "used"]) => value(&stack.iam.uses()),
        (&Method::POST, ["event-sources", "drain"]) => {
            let failed_ones = if request.uri().query() == Some("hurry") {
                Redelivery::AtOnce
            } else {
                Redelivery::AfterVisibilityTimeout
            };
            stack.event_sources.drained(failed_ones).await.map_err(failed)?;
            Ok(Value::Null)
        }
        (&Method::GET, ["schedules"]) => Ok(schedules::list(stack)),
        (&Method::POST, ["schedules", function, "run"]) => schedules::run(stack, function, None).await,
        (&Method::POST, ["schedules", function, name, "run"]) => schedules::run(stack, function, Some(name)).await,
        (&Method::GET, ["queues"]) => queues::list(stack).await,
        (&Method::GET, ["queues", name, "messages"]) => queues::messages(stack, name).await,
        (&Method::POST, ["queues", name, "messages"]) => queues::send(stack, name, body(request)?).await,
        (&Method::POST, ["queues", name, "redrive"]) => queues::redrive(stack, name).await,
        (&Method::POST, ["stories", id, "entries", entry, "replay"]) => stories::replay(stack, request, id, entry),
        (&Method::GET, ["secrets"]) => secrets::list(stack).await,
        (&Method::POST, ["secrets", name, "rotate"]) => secrets::rotate(stack, name).await,
        _ => Err((StatusCode::NOT_FOUND, "no such control".to_owned())),
    }
}

/// The request's body as what the control takes.
fn body<T: DeserializeOwned>(request: &Request<Bytes>) -> Result<T, Failure> {
    serde_json::from_slice(request.body()).map_err(bad_request)
}

fn value(value: &impl Serialize) -> Result<Value, Failure> {
    serde_json::to_value(value).map_err(failed)
}

fn failed(error: impl std::fmt::Display) -> Failure {
    (StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
}

fn bad_request(error: impl std::fmt::Display) -> Failure {
    (StatusCode::BAD_REQUEST, error.to_string())
}

fn answer(status: StatusCode, value: &Value) -> Response<Bytes> {
    answered(status, value.to_string())
}

fn answered(status: StatusCode, json: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(json));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_page_of_this_host_and_port_is_the_console() {
        let sent_by = |origins: &[&'static str]| {
            let mut headers = HeaderMap::from_iter([(header::HOST, HeaderValue::from_static("localhost:3000"))]);
            for origin in origins {
                headers.append(header::ORIGIN, HeaderValue::from_static(origin));
            }
            is_from_own_page(&headers)
        };
        assert!(sent_by(&["http://localhost:3000"]));
        for origins in [
            &[][..],
            &["null"],
            &["http://localhost"],
            &["http://localhost:3001"],
            &["http://127.0.0.1:3000"],
            &["https://localhost:3000"],
            &["http://evil.localhost:3000"],
            &["http://localhost:3000", "http://evil.example"],
        ] {
            assert!(!sent_by(origins), "{origins:?}");
        }
    }
}
