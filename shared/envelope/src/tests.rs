//! From a gateway's event to the exact answer and the exact log line.

mod answers;
mod bodies;
mod callers;
mod conditions;
mod failures;
mod functions;
mod lambda_http;
mod layers;
mod lines;
mod odd_events;
mod random_events;
mod requests;

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use identity::PublicKeys;
use lambda_runtime::{Config, Context};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};

use crate::cors::Cors;
use crate::endpoint::{DynEndpoint, Server};
use crate::own_keys::OwnKeys;
use crate::process::Process;
use crate::{Call, Failure, Reply, Service};

const SERVICE: Service = Service { name: "test-service", version: "1.2.3" };

/// An endpoint that is a closure.
struct Closure<F>(F);

impl<F: Fn(&Call) -> Result<Reply, Failure>> DynEndpoint for Closure<F> {
    fn call<'a>(&'a self, call: &'a Call) -> LocalBoxFuture<'a, Result<Reply, Failure>> {
        Box::pin(async move { (self.0)(call) })
    }
}

/// A process that serves one endpoint.
fn server(endpoint: impl Fn(&Call) -> Result<Reply, Failure> + 'static) -> Server {
    server_with(Some("*"), None, endpoint)
}

fn server_with(
    origin: Option<&str>,
    keys: Option<PublicKeys>,
    endpoint: impl Fn(&Call) -> Result<Reply, Failure> + 'static,
) -> Server {
    Server::new(SERVICE, Cors::new(origin.map(str::to_owned)), keys.map(OwnKeys::from), Box::new(Closure(endpoint)))
}

/// What Lambda says of every invocation here.
fn context() -> Context {
    let mut context = Context::default();
    context.request_id = "lambda-1".to_owned();
    let (function_name, version) = ("test-function".to_owned(), "7".to_owned());
    context.env_config = Arc::new(Config { function_name, version, ..Config::default() });
    context
}

/// Sends one event, which has to be answered.
fn send(server: &Server, event: &Value) -> Answered {
    let (answer, line) = try_send(server, event).expect("an answer");
    let answer: Value = serde_json::from_str(answer.get()).unwrap();
    Answered { answer, line: line.to_json(&context(), Some("test"), Process::default()) }
}

fn try_send(server: &Server, event: &Value) -> Result<(Box<RawValue>, crate::log::Line), lambda_runtime::Diagnostic> {
    send_within(server, event, context())
}

/// Sends one event in an invocation of its own.
fn send_within(
    server: &Server,
    event: &Value,
    context: Context,
) -> Result<(Box<RawValue>, crate::log::Line), lambda_runtime::Diagnostic> {
    let timer = server.warmth.start();
    let call = server.read(&to_raw_value(event).unwrap(), context)?;
    let (response, line) = server.respond(&call, &timer).now_or_never().expect("nothing here waits");
    Ok((response.into_gateway(call.is_http_api()).unwrap(), line))
}

/// Sends one event to an endpoint of its own.
fn ask(event: &Value, endpoint: impl Fn(&Call) -> Result<Reply, Failure> + 'static) -> Answered {
    send(&server(endpoint), event)
}

fn nothing(_: &Call) -> Result<Reply, Failure> {
    Reply::ok("Done", json!({}))
}

struct Answered {
    /// As the gateway reads it.
    answer: Value,
    line: String,
}

impl Answered {
    fn status(&self) -> u64 {
        self.answer["statusCode"].as_u64().unwrap()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.answer["headers"].get(name).map(|value| value.as_str().unwrap())
    }

    fn json(&self) -> Value {
        serde_json::from_str(self.answer["body"].as_str().unwrap()).unwrap()
    }

    fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap().to_owned()
    }

    /// The body as it is sent, with `T` and `0` for the time of it and the time it took.
    fn text(&self) -> String {
        let meta = &self.json()["meta"];
        let told = |key: &str, value: &Value| format!("\"{key}\":{value}");
        self.answer["body"]
            .as_str()
            .unwrap()
            .replace(&told("timestamp", &meta["timestamp"]), &told("timestamp", &json!("T")))
            .replace(&told("executionTime", &meta["executionTime"]), &told("executionTime", &json!(0)))
    }

    fn log(&self) -> Value {
        serde_json::from_str(&self.line).unwrap()
    }
}

/// A REST API's event for `POST /api/things/{id}` on stage `prod`, with these changes (null takes a key away).
fn rest(changes: Value) -> Value {
    let mut event = json!({
        "resource": "/api/things/{id}",
        "path": "/api/things/7",
        "httpMethod": "POST",
        "headers": {},
        "multiValueHeaders": {},
        "queryStringParameters": null,
        "multiValueQueryStringParameters": null,
        "pathParameters": {"id": "7"},
        "stageVariables": null,
        "requestContext": {
            "resourceId": "123456",
            "resourcePath": "/api/things/{id}",
            "httpMethod": "POST",
            "path": "/prod/api/things/7",
            "accountId": "123456789012",
            "protocol": "HTTP/1.1",
            "stage": "prod",
            "domainName": "abc.execute-api.us-east-1.amazonaws.com",
            "requestTimeEpoch": 1_583_349_317_135_u64,
            "requestId": "gateway-1",
            "extendedRequestId": "extended-1",
            "identity": {"sourceIp": "203.0.113.7", "userAgent": "test"},
            "apiId": "abc",
        },
        "body": null,
        "isBase64Encoded": false,
    });
    merge(&mut event, changes);
    event
}

/// The same of an HTTP API, as `cargo lambda watch` sends it.
fn http(changes: Value) -> Value {
    let mut event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/api/things/7",
        "rawQueryString": null,
        "cookies": null,
        "headers": {},
        "pathParameters": {},
        "requestContext": {
            "routeKey": "$default",
            "accountId": null,
            "stage": "$default",
            "requestId": "gateway-1",
            "apiId": null,
            "domainName": "localhost",
            "timeEpoch": 1_583_349_317_u64,
            "http": {"method": "POST", "path": "/api/things/7", "protocol": "http", "sourceIp": "127.0.0.1"},
        },
        "stageVariables": {},
        "isBase64Encoded": false,
    });
    merge(&mut event, changes);
    event
}

fn merge(value: &mut Value, changes: Value) {
    match (value, changes) {
        (Value::Object(object), Value::Object(changes)) => {
            for (key, change) in changes {
                match change {
                    Value::Null => drop(object.remove(&key)),
                    change => merge(object.entry(key).or_insert(Value::Null), change),
                }
            }
        }
        (value, change) => *value = change,
    }
}
