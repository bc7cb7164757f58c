//! Tower layers around an endpoint.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt;
use http::HeaderValue;
use http::header::{HeaderName, SET_COOKIE};
use lambda_http::tower::util::{MapRequestLayer, MapResponseLayer};
use lambda_http::tower::{self, Layer};
use lambda_http::{Body, Request};
use serde_json::value::to_raw_value;
use serde_json::{Value, json};
use tower_http::add_extension::AddExtensionLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use super::{context, http, nothing, rest, send, server};
use crate::layers::Layered;
use crate::{Call, EndpointService, Failure, Reply};

/// The answer to an event that passes through a layer.
fn ask<L>(layer: &L, event: &Value, endpoint: impl Fn(&Call) -> Result<Reply, Failure> + 'static) -> Value
where
    L: Layer<EndpointService>,
    L::Service: tower::Service<Request, Response = http::Response<Body>>,
    <L::Service as tower::Service<Request>>::Error: Into<Failure>,
{
    let layered = Layered::new(server(endpoint), layer);
    let answer = layered.handle(&to_raw_value(event).unwrap(), context()).now_or_never().expect("nothing here waits");
    serde_json::from_str(answer.unwrap().get()).unwrap()
}

fn body(answer: &Value) -> Value {
    serde_json::from_str(answer["body"].as_str().unwrap()).unwrap()
}

#[derive(Clone)]
struct Shop(&'static str);

#[test]
fn layers_of_tower_http_work() {
    let layers = (
        AddExtensionLayer::new(Shop("Lamps")),
        SetResponseHeaderLayer::overriding(HeaderName::from_static("x-shop"), HeaderValue::from_static("lamps")),
    );
    for event in [rest(json!({})), http(json!({}))] {
        let answer = ask(&layers, &event, |call| {
            Reply::ok("Shop found", call.request().extensions().get::<Shop>().map(|Shop(name)| name))
        });
        assert_eq!((&answer["statusCode"], &body(&answer)["data"]), (&json!(200), &json!("Lamps")));
        assert_eq!(answer["headers"]["x-shop"], "lamps");
        assert_eq!(answer["headers"]["x-request-id"], "gateway-1");
    }
}

#[test]
fn a_layer_that_does_nothing_changes_nothing() {
    let identity = tower::layer::layer_fn(|inner: EndpointService| inner);
    let failing = |_: &Call| Err(Failure::not_found("Thing not found").detail("thingId", "7"));
    for event in [rest(json!({})), http(json!({"headers": {"x-request-id": "r1"}}))] {
        let (layered, plain) = (ask(&identity, &event, failing), send(&server(failing), &event).answer);
        let keys = |answer: &Value| answer.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&layered), keys(&plain));
        assert_eq!((&layered["statusCode"], &layered["cookies"]), (&plain["statusCode"], &plain["cookies"]));
        assert_eq!(body(&layered)["error"], body(&plain)["error"]);
        let names = |answer: &Value| {
            let mut names: Vec<_> = answer["headers"].as_object().unwrap().keys().cloned().collect();
            names.sort_unstable();
            names
        };
        assert_eq!(names(&layered), names(&plain));
        let empty = ask(&identity, &event, |_| Ok(Reply::no_content()));
        assert_eq!((empty.get("body"), empty["headers"].get("content-type")), (None, None));
    }
}

/// Lets nobody in without a ticket.
#[derive(Clone)]
struct Doorkeeper<S>(S);

impl<S: tower::Service<Request, Error = std::convert::Infallible>> tower::Service<Request> for Doorkeeper<S>
where
    S::Future: 'static,
{
    type Response = S::Response;
    type Error = Failure;
    type Future = futures_util::future::LocalBoxFuture<'static, Result<S::Response, Failure>>;

    fn poll_ready(&mut self, task: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Failure>> {
        self.0.poll_ready(task).map_err(Failure::from)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        if !request.headers().contains_key("x-ticket") {
            return Box::pin(async { Err(Failure::forbidden().detail("missing", "ticket")) });
        }
        Box::pin(self.0.call(request).map(|outcome| outcome.map_err(Failure::from)))
    }
}

#[test]
fn a_layer_may_refuse_in_the_envelope() {
    let doorkeeper = tower::layer::layer_fn(Doorkeeper);
    let asked = Arc::new(Mutex::new(0));
    let count = Arc::clone(&asked);
    let counting = move |call: &Call| {
        *count.lock().unwrap() += 1;
        nothing(call)
    };
    let refused = ask(&doorkeeper, &rest(json!({"headers": {"X-Request-ID": "r1"}})), counting.clone());
    assert_eq!(refused["statusCode"], 403);
    assert_eq!(refused["headers"]["x-request-id"], "r1");
    let error = json!({
        "message": "Access denied", "type": "AuthorizationError", "code": "FORBIDDEN", "details": {"missing": "ticket"},
    });
    assert_eq!(body(&refused)["error"], error);
    assert_eq!(*asked.lock().unwrap(), 0);
    let let_in = ask(&doorkeeper, &rest(json!({"headers": {"X-Ticket": "1"}})), counting);
    assert_eq!((&let_in["statusCode"], *asked.lock().unwrap()), (&json!(200), 1));
}

#[test]
fn a_panic_of_a_layer_is_a_500_without_detail() {
    let panicking = MapRequestLayer::new(|_: Request| -> Request { panic!("secret") });
    let answer = ask(&panicking, &rest(json!({})), nothing);
    assert_eq!((&answer["statusCode"], &body(&answer)["error"]["code"]), (&json!(500), &json!("INTERNAL_ERROR")));
    assert!(!answer.to_string().contains("secret"));
}

#[test]
fn the_time_that_a_failed_layer_took_is_told() {
    let slow = MapRequestLayer::new(|_: Request| -> Request {
        std::thread::sleep(Duration::from_millis(20));
        panic!("too late")
    });
    let answer = ask(&slow, &rest(json!({})), nothing);
    assert!(body(&answer)["meta"]["executionTime"].as_u64() >= Some(20), "{answer}");
}

#[test]
fn a_response_of_a_layer_reaches_either_gateway() {
    let rewriting = MapResponseLayer::new(|mut response: http::Response<Body>| {
        *response.body_mut() = Body::Binary(vec![255, 0]);
        for value in ["a=1", "b=2"] {
            response.headers_mut().append(SET_COOKIE, HeaderValue::from_static(value));
            response.headers_mut().append("x-many", HeaderValue::from_static(value));
        }
        response
    });
    let answer = ask(&rewriting, &rest(json!({})), nothing);
    assert_eq!((&answer["body"], &answer["isBase64Encoded"]), (&json!("/wA="), &json!(true)));
    assert_eq!(answer["multiValueHeaders"], json!({"set-cookie": ["a=1", "b=2"], "x-many": ["a=1", "b=2"]}));
    assert_eq!(answer.get("cookies"), None);
    let answer = ask(&rewriting, &http(json!({})), nothing);
    assert_eq!((&answer["cookies"], &answer["headers"]["x-many"]), (&json!(["a=1", "b=2"]), &json!("a=1, b=2")));
    assert_eq!((answer.get("multiValueHeaders"), answer["headers"].get("set-cookie")), (None, None));
}
