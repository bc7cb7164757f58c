//! The API as a whole, with closures in the place of functions.

mod authorization;
mod event;
mod integration;
mod properties;
mod routing;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use local_lambda::{FunctionError, Invocation};
use serde_json::{Value, json};
use tokio::sync::{Barrier, Notify};

use super::*;
use crate::ResponseType;

type Outcome = Result<Invocation, InvokeError>;

/// How a function ends, given what it says.
type End = fn(&Value) -> Outcome;

/// A closure in the place of Lambda, and the calls it got.
struct Functions<F> {
    run: F,
    calls: Mutex<Vec<(String, Value)>>,
}

impl<F: Fn(String, Value) -> BoxFuture<'static, Outcome> + Send + Sync + 'static> Invoke for Functions<F> {
    fn invoke<'a>(&'a self, function: &'a str, payload: Bytes) -> BoxFuture<'a, Outcome> {
        let event: Value = serde_json::from_slice(&payload).unwrap();
        self.calls.lock().unwrap().push((function.to_owned(), event.clone()));
        (self.run)(function.to_owned(), event)
    }
}

fn says(answer: &Value) -> Outcome {
    let payload = answer.to_string().into();
    Ok(Invocation { request_id: "1".into(), payload, function_error: None })
}

fn fails(kind: FunctionError, report: &Value) -> Outcome {
    says(report).map(|invocation| Invocation { function_error: Some(kind), ..invocation })
}

/// Functions that answer at once with what the closure says.
fn functions(
    run: impl Fn(&str, &Value) -> Outcome + Send + Sync + 'static,
) -> Arc<Functions<impl Fn(String, Value) -> BoxFuture<'static, Outcome>>> {
    let run = move |function: String, event: Value| std::future::ready(run(&function, &event)).boxed();
    Arc::new(Functions { run, calls: Mutex::default() })
}

/// Functions whose authorizer allows everything to `ada`, and whose others answer 200.
fn willing() -> Arc<impl Invoke> {
    functions(|function, _| match function {
        "Auth" => says(&policy("Allow", "*")),
        _ => says(&json!({"statusCode": 200})),
    })
}

fn policy(effect: &str, resource: &str) -> Value {
    json!({
        "principalId": "ada",
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Effect": effect, "Action": "execute-api:Invoke", "Resource": resource}],
        },
        "context": {"role": "admin", "exp": 17, "fresh": true},
    })
}

fn route(method: &str, path: &str, authorizer: Option<&str>) -> local_template::Route {
    local_template::Route {
        method: method.to_owned(),
        path: path.to_owned(),
        function: "F".to_owned(),
        authorizer: authorizer.map(str::to_owned),
        timeout: Duration::from_secs(5),
    }
}

/// An open route, a route for each verb of a guarded resource, and a greedy one.
fn system() -> local_template::System {
    let function = |name: &str| local_template::Function {
        line: 1,
        name: name.to_owned(),
        log_group: format!("/aws/lambda/{name}"),
        makes_log_group: false,
        arn: format!("arn:aws:lambda:us-east-1:000000000000:function:{name}"),
        binary: name.to_owned(),
        memory_mb: 128,
        timeout: Duration::from_secs(3),
        environment: BTreeMap::new(),
        alias: None,
        role: local_template::Role::default(),
        reserved_concurrency: None,
        event_invoke: local_template::EventInvoke::default(),
        sources: vec![],
    };
    let authorizer = local_template::Authorizer {
        function: "Auth".to_owned(),
        header: "Authorization".to_owned(),
        validation: Some("Bearer .+".to_owned()),
        ttl: Duration::from_secs(300),
    };
    let api = local_template::Api {
        id: "Api".to_owned(),
        stage: "v1".to_owned(),
        routes: vec![
            route("GET", "/open/{id}", None),
            route("POST", "/open/{id}", None),
            route("GET", "/me", Some("Users")),
            route("GET", "/admin", Some("Users")),
            route("ANY", "/files/{path+}", None),
        ],
        authorizers: [("Users".to_owned(), authorizer)].into(),
        cors: None,
        gateway_responses: BTreeMap::new(),
        binary_media_types: vec!["image~1png".to_owned()],
        throttling: local_template::Throttling::default(),
    };
    local_template::System {
        region: "us-east-1".to_owned(),
        functions: ["F", "Auth"].map(|name| (name.to_owned(), function(name))).into(),
        api: Some(api),
        ..local_template::System::default()
    }
}

fn api_with(invoke: Arc<dyn Invoke>, change: impl FnOnce(&mut local_template::Api)) -> RestApi {
    let mut system = system();
    change(system.api.as_mut().unwrap());
    RestApi::new(&system, invoke).unwrap()
}

fn api(invoke: Arc<dyn Invoke>) -> RestApi {
    api_with(invoke, |_| ())
}

fn request(method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Request<Bytes> {
    let mut request = Request::builder().method(method).uri(target);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Bytes::copy_from_slice(body)).unwrap()
}

fn peer() -> SocketAddr {
    "[::ffff:192.0.2.7]:4711".parse().unwrap()
}

async fn get(api: &RestApi, target: &str, headers: &[(&str, &str)]) -> Exchange {
    api.handle(request("GET", target, headers, b""), peer()).await
}

fn status(answer: &Exchange) -> u16 {
    answer.response.status().as_u16()
}

fn gateway(answer: &Exchange) -> (u16, &'static str) {
    (status(answer), answer.gateway_response.map_or("", ResponseType::name))
}

const BEARER: (&str, &str) = ("authorization", "Bearer ada");
