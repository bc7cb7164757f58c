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

fn route(method: &str, path: &str, authorizer: Option<&str>) -> template::Route {
    template::Route {
        method: method.to_owned(),
        path: path.to_owned(),
        function: "F".to_owned(),
        authorizer: authorizer.map(str::to_owned),
        timeout: Duration::from_secs(5),
    }
}

/// An open route, a route for each verb of a guarded resource, and a greedy one.
fn system() -> template::System {
    let function = |name: &str| template::Function {
        name: name.to_owned(),
        arn: format!("arn:aws:lambda:us-east-1:000000000000:function:{name}"),
        binary: name.to_owned(),
        memory_mb: 128,
        timeout: Duration::from_secs(3),
        environment: BTreeMap::new(),
        reserved_concurrency: None,
        sources: vec![],
    };
    let authorizer = template::Authorizer {
        function: "Auth".to_owned(),
        header: "Authorization".to_owned(),
        validation: Some("Bearer .+".to_owned()),
        ttl: Duration::from_secs(300),
    };
    let api = template::Api {
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
        throttle: None,
    };
    template::System {
        region: "us-east-1".to_owned(),
        functions: ["F", "Auth"].map(|name| (name.to_owned(), function(name))).into(),
        api: Some(api),
        ..template::System::default()
    }
}

fn api_with(invoke: Arc<dyn Invoke>, change: impl FnOnce(&mut template::Api)) -> RestApi {
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

async fn get(api: &RestApi, target: &str, headers: &[(&str, &str)]) -> Answer {
    api.handle(request("GET", target, headers, b""), peer()).await
}

fn status(answer: &Answer) -> u16 {
    answer.response.status().as_u16()
}

fn gateway(answer: &Answer) -> (u16, &'static str) {
    (status(answer), answer.gateway_response.map_or("", ResponseType::name))
}

const BEARER: (&str, &str) = ("authorization", "Bearer ada");

#[tokio::test]
async fn a_function_gets_the_event_that_api_gateway_would_send() {
    let lambda = functions(|_, _| says(&json!({"statusCode": 200, "body": "hi"})));
    let api = api(lambda.clone());
    let headers = [
        ("host", "localhost:3000"),
        ("user-agent", "test"),
        ("x-a", "1"),
        ("x-a", "2"),
        ("content-type", "text/plain"),
    ];
    let answer = api.handle(request("POST", "//open/a%2Fb/?q=1&q=%C3%A9+x&r", &headers, b"text"), peer()).await;
    assert_eq!((status(&answer), answer.response.body().as_ref()), (200, b"hi".as_slice()));
    assert_eq!((answer.route.as_deref(), answer.function.as_deref()), (Some("/open/{id}"), Some("F")));
    assert_eq!((answer.gateway_response, answer.path.as_str()), (None, "//open/a%2Fb/"));

    let (function, mut event) = lambda.calls.lock().unwrap().pop().unwrap();
    assert_eq!(function, "F");
    let context = event.as_object_mut().unwrap().remove("requestContext").unwrap();
    let trace = event["headers"]["X-Amzn-Trace-Id"].take();
    assert_eq!(answer.response.headers()["x-amzn-trace-id"], trace.as_str().unwrap());
    event["multiValueHeaders"].as_object_mut().unwrap().remove("X-Amzn-Trace-Id").unwrap();
    assert_eq!(
        event,
        json!({
            "resource": "/open/{id}",
            "path": "/open/a%2Fb/",
            "httpMethod": "POST",
            "headers": {
                "Host": "localhost:3000", "User-Agent": "test", "x-a": "2", "content-type": "text/plain",
                "X-Amzn-Trace-Id": null, "X-Forwarded-For": "192.0.2.7", "X-Forwarded-Port": "3000",
                "X-Forwarded-Proto": "http",
            },
            "multiValueHeaders": {
                "Host": ["localhost:3000"], "User-Agent": ["test"], "x-a": ["1", "2"], "content-type": ["text/plain"],
                "X-Forwarded-For": ["192.0.2.7"], "X-Forwarded-Port": ["3000"], "X-Forwarded-Proto": ["http"],
            },
            "queryStringParameters": {"q": "é x", "r": ""},
            "multiValueQueryStringParameters": {"q": ["1", "é x"], "r": [""]},
            "pathParameters": {"id": "a%2Fb"},
            "stageVariables": null,
            "body": "text",
            "isBase64Encoded": false,
        })
    );
    let extended = answer.response.headers()["x-amz-apigw-id"].to_str().unwrap();
    let epoch = context["requestTimeEpoch"].as_u64().unwrap();
    assert!(epoch > 1_700_000_000_000);
    assert_eq!(
        context,
        json!({
            "accountId": "000000000000", "apiId": "Api", "deploymentId": "local", "domainName": "localhost:3000",
            "domainPrefix": "localhost", "extendedRequestId": extended, "httpMethod": "POST",
            "identity": {
                "accessKey": null, "accountId": null, "caller": null, "cognitoAuthenticationProvider": null,
                "cognitoAuthenticationType": null, "cognitoIdentityId": null, "cognitoIdentityPoolId": null,
                "principalOrgId": null, "sourceIp": "192.0.2.7", "user": null, "userAgent": "test", "userArn": null,
            },
            "path": "//open/a%2Fb/", "protocol": "HTTP/1.1", "requestId": answer.request_id,
            "requestTime": context["requestTime"], "requestTimeEpoch": epoch, "resourceId": context["resourceId"],
            "resourcePath": "/open/{id}", "stage": "v1",
        })
    );
    assert_eq!(answer.response.headers()["x-amzn-requestid"], answer.request_id.as_str());
}

#[tokio::test]
async fn what_is_absent_is_null() {
    let lambda = functions(|_, _| says(&json!({})));
    let api = api_with(lambda.clone(), |api| api.routes.push(route("GET", "/", None)));
    get(&api, "/", &[]).await;
    let (_, event) = lambda.calls.lock().unwrap().pop().unwrap();
    for key in ["queryStringParameters", "multiValueQueryStringParameters", "pathParameters", "body"] {
        assert_eq!(event[key], Value::Null, "{key}");
    }
    assert_eq!(event["requestContext"].get("authorizer"), None);
}

#[tokio::test]
async fn binary_bodies_travel_in_base64() {
    let lambda =
        functions(|_, event| says(&json!({"body": event["body"], "isBase64Encoded": event["isBase64Encoded"]})));
    let api = api(lambda);
    let echo = async |headers: &[(&str, &str)], body: &[u8]| {
        let answer = api.handle(request("POST", "/open/1", headers, body), peer()).await;
        answer.response.into_body()
    };
    assert_eq!(echo(&[("content-type", "image/png; a=b")], b"text").await, "dGV4dA==");
    assert_eq!(echo(&[("content-type", "text/plain")], b"text").await, "text");
    assert_eq!(echo(&[], b"\xff").await, "/w==");
    assert_eq!(echo(&[("accept", "image/png,*/*")], b"\xff").await.as_ref(), b"\xff");
}

#[tokio::test]
async fn what_has_no_route_is_refused() {
    let api = api(willing());
    for (method, target) in [
        ("GET", "/none"),
        ("GET", "/"),
        ("DELETE", "/open/1"),
        ("HEAD", "/open/1"),
        ("OPTIONS", "/me"),
        ("GET", "/open"),
    ] {
        let answer = api.handle(request(method, target, &[], b""), peer()).await;
        assert_eq!(gateway(&answer), (403, "MISSING_AUTHENTICATION_TOKEN"), "{method} {target}");
        assert_eq!((answer.route.as_deref(), answer.function.as_deref()), (None, None));
        let answer = api.handle(request(method, target, &[BEARER], b""), peer()).await;
        assert_eq!(gateway(&answer), (403, "INVALID_SIGNATURE"), "{method} {target}");
        assert_eq!(answer.response.headers()["x-amzn-errortype"], "IncompleteSignatureException");
        assert!(!String::from_utf8_lossy(answer.response.body()).contains("ada"));
    }
    assert_eq!(status(&api.handle(request("PATCH", "/files/a", &[], b""), peer()).await), 200);
}

#[tokio::test]
async fn a_method_can_be_overridden_by_a_header() {
    let lambda = functions(|_, event| says(&json!({"body": event["httpMethod"]})));
    let api = api(lambda);
    let over = |method| [("x-http-method-override", method)];
    assert_eq!(get(&api, "/open/1", &over("post")).await.response.body(), "POST");
    assert_eq!(get(&api, "/open/1", &over("nonsense")).await.response.body(), "GET");
    assert_eq!(gateway(&get(&api, "/open/1", &over("DELETE")).await), (403, "MISSING_AUTHENTICATION_TOKEN"));
}

#[tokio::test]
async fn what_can_not_be_read_is_refused_before_anything_is_called() {
    let lambda = functions(|_, _| says(&json!({})));
    let api = api(lambda.clone());
    for target in ["/open/%", "/open/%zz", "/open/%ff", "/open/1?a=%ff", "/open/1?a=%e", "/open/1?a={b}"] {
        assert_eq!(gateway(&get(&api, target, &[]).await), (400, "DEFAULT_4XX"), "{target}");
    }
    let long = "x".repeat(10_240);
    assert_eq!(gateway(&get(&api, "/open/1", &[("x-a", &long)]).await), (431, "DEFAULT_4XX"));
    assert_eq!(gateway(&get(&api, &format!("/open/{long}"), &[]).await), (431, "DEFAULT_4XX"));
    let answer = api.handle(request("POST", "/open/1", &[], &vec![b'a'; BODY_LIMIT + 1]), peer()).await;
    assert_eq!(gateway(&answer), (413, "REQUEST_TOO_LARGE"));
    assert!(lambda.calls.lock().unwrap().is_empty());
    assert_eq!(status(&api.handle(request("POST", "/open/1", &[], &vec![b'a'; BODY_LIMIT]), peer()).await), 200);
    let head = request("POST", "/open/1", &[], b"").into_parts().0;
    let answer = api.refuse(&head, peer(), Unread::TooLong);
    assert_eq!(gateway(&answer), (413, "REQUEST_TOO_LARGE"));
    assert_eq!(answer.response.headers()["x-amzn-requestid"], answer.request_id.as_str());
    assert_eq!(gateway(&api.refuse(&head, peer(), Unread::Broken)), (400, "DEFAULT_4XX"));
}

#[tokio::test]
async fn an_authorizer_is_asked_and_what_it_says_reaches_the_function() {
    let lambda = functions(|function, _| match function {
        "Auth" => says(&policy("Allow", "arn:aws:execute-api:us-east-1:000000000000:Api/v1/GET/me")),
        _ => says(&json!({})),
    });
    let api = api(lambda.clone());
    let answer = get(&api, "/me/", &[BEARER]).await;
    assert_eq!((status(&answer), answer.function.as_deref()), (200, Some("F")));
    let calls = std::mem::take(&mut *lambda.calls.lock().unwrap());
    assert_eq!(calls.len(), 2);
    let arn = "arn:aws:execute-api:us-east-1:000000000000:Api/v1/GET/me";
    assert_eq!(
        calls[0],
        ("Auth".into(), json!({"type": "TOKEN", "authorizationToken": "Bearer ada", "methodArn": arn}))
    );
    let mut authorizer = calls[1].1["requestContext"]["authorizer"].clone();
    assert!(authorizer["integrationLatency"].take().is_u64());
    let expected =
        json!({"principalId": "ada", "role": "admin", "exp": "17", "fresh": "true", "integrationLatency": null});
    assert_eq!(authorizer, expected);

    // The same token elsewhere: from memory, and judged anew.
    assert_eq!(gateway(&get(&api, "/admin", &[BEARER]).await), (403, "ACCESS_DENIED"));
    assert_eq!(status(&get(&api, "/me", &[BEARER]).await), 200);
    let calls = lambda.calls.lock().unwrap();
    assert_eq!(calls.iter().map(|(function, _)| function.as_str()).collect::<Vec<_>>(), ["F"]);
    assert_eq!(calls[0].1["requestContext"]["authorizer"]["integrationLatency"], 0);
}

#[tokio::test]
async fn a_token_that_is_none_is_refused_without_asking() {
    let lambda = functions(|_, _| says(&policy("Allow", "*")));
    let api = api(lambda.clone());
    for value in [None, Some(""), Some("Bearer "), Some("Basic x"), Some("xBearer a"), Some("bearer a")] {
        let headers: Vec<_> = value.map(|value| ("authorization", value)).into_iter().collect();
        assert_eq!(gateway(&get(&api, "/me", &headers).await), (401, "UNAUTHORIZED"), "{value:?}");
    }
    assert!(lambda.calls.lock().unwrap().is_empty());
    // Of several, the last is the token, as it is in the event.
    get(&api, "/me", &[("authorization", "Basic x"), BEARER]).await;
    assert_eq!(lambda.calls.lock().unwrap()[0].1["authorizationToken"], "Bearer ada");
}

#[tokio::test]
async fn each_way_an_authorizer_can_end_has_its_answer() {
    let reported = |message: &str| json!({"errorType": "Error", "errorMessage": message});
    let cases: Vec<(fn(&Value) -> Outcome, Value, (u16, &str))> = vec![
        (says, policy("Deny", "*"), (403, "ACCESS_DENIED")),
        (says, policy("Allow", "*/POST/*"), (403, "ACCESS_DENIED")),
        (|report| fails(FunctionError::Reported, report), reported("Unauthorized"), (401, "UNAUTHORIZED")),
        (|report| fails(FunctionError::Reported, report), reported("unauthorized"), (500, "AUTHORIZER_FAILURE")),
        (|report| fails(FunctionError::Crashed, report), reported("Unauthorized"), (500, "AUTHORIZER_FAILURE")),
        (|report| fails(FunctionError::TimedOut, report), json!(null), (500, "AUTHORIZER_FAILURE")),
        (|_| Err(InvokeError::Throttled("Auth".into())), json!(null), (500, "AUTHORIZER_FAILURE")),
        (|_| Err(InvokeError::Unavailable("Auth".into())), json!(null), (500, "AUTHORIZER_FAILURE")),
        (says, json!(null), (500, "AUTHORIZER_CONFIGURATION_ERROR")),
        (says, json!({"principalId": "ada"}), (500, "AUTHORIZER_CONFIGURATION_ERROR")),
    ];
    for (end, answer, expected) in cases {
        let asked = answer.clone();
        let lambda = functions(move |_, _| end(&asked));
        let api = api(lambda.clone());
        let refused = get(&api, "/me", &[BEARER]).await;
        assert_eq!(gateway(&refused), expected, "{answer}");
        assert_eq!(refused.failure.is_some(), expected.0 == 500);
        // Only policies are remembered.
        get(&api, "/me", &[BEARER]).await;
        let calls = lambda.calls.lock().unwrap();
        assert_eq!(calls.len(), if expected.1 == "ACCESS_DENIED" { 1 } else { 2 }, "{answer}");
        assert!(calls.iter().all(|(function, _)| function == "Auth"));
    }
}

#[tokio::test]
async fn no_token_gets_into_a_failure() {
    let lambda = functions(|_, event| {
        fails(FunctionError::Reported, &json!({"errorType": "Oops", "errorMessage": event["authorizationToken"]}))
    });
    let answer = get(&api(lambda), "/me", &[("authorization", "Bearer secret")]).await;
    assert_eq!(answer.failure.as_ref().unwrap().to_string(), "Auth: reported an error: Oops");
    assert!(!format!("{answer:?}").contains("secret"));
}

#[tokio::test]
async fn without_a_ttl_the_authorizer_is_always_asked() {
    let lambda = functions(|_, _| says(&policy("Allow", "*/POST/*")));
    let api = api_with(lambda.clone(), |api| {
        api.authorizers.get_mut("Users").unwrap().ttl = Duration::ZERO;
    });
    for _ in 0..3 {
        get(&api, "/me", &[BEARER]).await;
    }
    assert_eq!(lambda.calls.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn an_arn_too_long_for_a_policy_is_refused() {
    let lambda = functions(|_, _| says(&json!({})));
    let api = api_with(lambda.clone(), |api| api.routes.push(route("GET", "/x/{path+}", Some("Users"))));
    let answer = get(&api, &format!("/x/{}", "a".repeat(1_600)), &[BEARER]).await;
    assert_eq!(gateway(&answer), (414, "DEFAULT_4XX"));
    assert!(lambda.calls.lock().unwrap().is_empty());
}

/// Callers with tokens of their own race for a cache that is asked for many tokens at once: none may be taken for
/// another.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn racing_callers_keep_their_own_identities() {
    let lambda = Arc::new(Functions {
        run: |function: String, event: Value| {
            async move {
                tokio::task::yield_now().await;
                if function == "Auth" {
                    let mut answer = policy("Allow", "*");
                    answer["principalId"] = event["authorizationToken"].clone();
                    return says(&answer);
                }
                says(&json!({"body": event["requestContext"]["authorizer"]["principalId"]}))
            }
            .boxed()
        },
        calls: Mutex::default(),
    });
    let api = Arc::new(api(lambda.clone()));
    let start = Arc::new(Barrier::new(64));
    let callers = (0..64).map(|number| {
        let (api, start) = (Arc::clone(&api), Arc::clone(&start));
        tokio::spawn(async move {
            let token = format!("Bearer {}", number % 8);
            start.wait().await;
            for _ in 0..20 {
                let answer = get(&api, "/me", &[("authorization", &token)]).await;
                assert_eq!(answer.response.body().as_ref(), token.as_bytes());
            }
        })
    });
    for caller in callers.collect::<Vec<_>>() {
        caller.await.unwrap();
    }
    let asked = lambda.calls.lock().unwrap().iter().filter(|(function, _)| function == "Auth").count();
    // Each caller asks at most once; afterwards its token is known.
    assert!((8..=64).contains(&asked), "{asked}");
}

#[tokio::test]
async fn each_way_a_function_can_end_has_its_answer() {
    let report = json!({"errorType": "Oops", "errorMessage": "it broke"});
    let cases: Vec<(fn(&Value) -> Outcome, Value, (u16, &str), &str)> = vec![
        (
            |report| fails(FunctionError::Reported, report),
            report.clone(),
            (502, "DEFAULT_5XX"),
            "F: reported an error: Oops: it broke",
        ),
        (
            |report| fails(FunctionError::Crashed, report),
            report.clone(),
            (502, "DEFAULT_5XX"),
            "F: crashed: Oops: it broke",
        ),
        (|report| fails(FunctionError::TimedOut, report), report, (502, "DEFAULT_5XX"), "F: timed out: Oops: it broke"),
        (says, json!("text"), (502, "DEFAULT_5XX"), "F: malformed answer: not a JSON object"),
        (
            |_| Err(InvokeError::Throttled("F".into())),
            json!(null),
            (500, "INTEGRATION_FAILURE"),
            "F: rate exceeded: F has no instance free",
        ),
        (
            |_| Err(InvokeError::Unavailable("F".into())),
            json!(null),
            (504, "INTEGRATION_FAILURE"),
            "F: service unavailable: F",
        ),
        (
            |_| Err(InvokeError::NotFound("F".into())),
            json!(null),
            (500, "API_CONFIGURATION_ERROR"),
            "F: function not found: F",
        ),
    ];
    for (end, answer, expected, failure) in cases {
        let answer = get(&api(functions(move |_, _| end(&answer))), "/open/1", &[]).await;
        assert_eq!(gateway(&answer), expected);
        assert_eq!(answer.failure.unwrap().to_string(), failure);
        assert_eq!(answer.function.as_deref(), Some("F"));
        assert!(!answer.response.headers().contains_key("x-amzn-trace-id"));
    }
}

#[tokio::test]
async fn a_panic_behind_the_gateway_stays_there() {
    let lambda = functions(|_, _| panic!("a bug"));
    let answer = get(&api(lambda), "/open/1", &[]).await;
    assert_eq!(gateway(&answer), (504, "INTEGRATION_FAILURE"));
}

/// A function that signals when it began, and then ends when it is told to.
fn slow(began: &Arc<Notify>, go: &Arc<Notify>, ended: &Arc<AtomicUsize>, done: &Arc<Notify>) -> Arc<dyn Invoke> {
    let (began, go, ended, done) = (Arc::clone(began), Arc::clone(go), Arc::clone(ended), Arc::clone(done));
    let run = move |_, _| {
        let (began, go, ended, done) = (Arc::clone(&began), Arc::clone(&go), Arc::clone(&ended), Arc::clone(&done));
        async move {
            began.notify_one();
            go.notified().await;
            ended.fetch_add(1, Ordering::SeqCst);
            done.notify_one();
            says(&json!({}))
        }
        .boxed()
    };
    Arc::new(Functions { run, calls: Mutex::default() })
}

#[tokio::test]
async fn a_slow_function_is_a_timeout_and_runs_on() {
    let (began, go, ended, done) = Default::default();
    let api = api_with(slow(&began, &go, &ended, &done), |api| api.routes[0].timeout = Duration::from_millis(5));
    let answer = get(&api, "/open/1", &[]).await;
    assert_eq!(gateway(&answer), (504, "INTEGRATION_TIMEOUT"));
    assert_eq!(answer.failure.unwrap().to_string(), "F: no answer within 5 ms");
    go.notify_one();
    done.notified().await;
    assert_eq!(ended.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_client_that_hangs_up_does_not_stop_the_function() {
    let (began, go, ended, done) = Default::default();
    let api = Arc::new(api(slow(&began, &go, &ended, &done)));
    let client = tokio::spawn(async move { get(&api, "/open/1", &[]).await });
    began.notified().await;
    client.abort();
    assert!(client.await.unwrap_err().is_cancelled());
    go.notify_one();
    done.notified().await;
    assert_eq!(ended.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn preflights_are_answered_without_asking_anyone() {
    let lambda = functions(|_, _| says(&json!({})));
    let cors = template::Cors {
        allow_origin: "https://shop.test".into(),
        allow_headers: Some("Authorization,Content-Type".into()),
        max_age: Some("600".into()),
        allow_credentials: true,
        allow_methods: None,
    };
    let api = api_with(lambda.clone(), |api| {
        api.cors = Some(cors);
        api.routes.push(route("OPTIONS", "/own", None));
    });
    let preflight = async |target: &str| api.handle(request("OPTIONS", target, &[], b""), peer()).await;
    let answer = preflight("/open/1").await;
    assert_eq!(
        (gateway(&answer), answer.route.as_deref(), answer.function.as_deref()),
        ((200, ""), Some("/open/{id}"), None)
    );
    let headers = answer.response.headers();
    assert_eq!(headers["access-control-allow-origin"], "https://shop.test");
    assert_eq!(headers["access-control-allow-methods"], "GET,OPTIONS,POST");
    assert_eq!(headers["access-control-allow-headers"], "Authorization,Content-Type");
    assert_eq!(headers["access-control-max-age"], "600");
    assert_eq!(headers["access-control-allow-credentials"], "true");
    assert_eq!(headers["content-type"], "application/json");
    assert_eq!(headers["x-amzn-requestid"], answer.request_id.as_str());
    assert_eq!(answer.response.body(), "{}\n");
    let methods = |answer: Answer| answer.response.headers()["access-control-allow-methods"].clone();
    assert_eq!(methods(preflight("/me").await), "GET,OPTIONS");
    assert_eq!(methods(preflight("/files/a/b").await), "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT");
    assert_eq!(gateway(&preflight("/none").await), (403, "MISSING_AUTHENTICATION_TOKEN"));
    assert!(lambda.calls.lock().unwrap().is_empty());
    assert_eq!(preflight("/own").await.function.as_deref(), Some("F"));
}

#[tokio::test]
async fn a_stage_is_throttled_but_not_by_requests_for_nothing() {
    let api = api_with(willing(), |api| api.throttle = Some(template::Throttle { rate: 0.001, burst: 2 }));
    for _ in 0..5 {
        assert_eq!(status(&get(&api, "/none", &[]).await), 403);
    }
    assert_eq!(status(&get(&api, "/open/1", &[]).await), 200);
    assert_eq!(status(&get(&api, "/me", &[BEARER]).await), 200);
    let answer = get(&api, "/open/1", &[]).await;
    assert_eq!(gateway(&answer), (429, "THROTTLED"));
    assert_eq!((answer.route.as_deref(), answer.function.as_deref()), (Some("/open/{id}"), None));
}

#[tokio::test]
async fn the_request_id_is_the_same_wherever_it_shows() {
    let definition = template::GatewayResponse {
        status: Some(404),
        headers: vec![("X-Request-ID".into(), template::Parameter::Context("requestId".into()))],
        templates: [("application/json".into(), r#"{"meta":{"requestId":"$context.requestId"}}"#.into())].into(),
    };
    let api = api_with(willing(), |api| {
        api.gateway_responses.insert("DEFAULT_4XX".into(), definition);
    });
    let answer = get(&api, "/none", &[]).await;
    assert_eq!(status(&answer), 404);
    assert_eq!(answer.response.headers()["x-request-id"], answer.request_id.as_str());
    assert_eq!(answer.response.headers()["x-amzn-requestid"], answer.request_id.as_str());
    let body: Value = serde_json::from_slice(answer.response.body()).unwrap();
    assert_eq!(body, json!({"meta": {"requestId": answer.request_id}}));
    let other = get(&api, "/none", &[]).await;
    assert_ne!(other.request_id, answer.request_id);
    assert_eq!(uuid::Uuid::parse_str(&other.request_id).unwrap().get_version_num(), 4);
}

/// No target, however odd, is answered with anything but what the gateway means to say.
#[tokio::test]
async fn odd_targets_are_routed_or_refused() {
    let api = api(willing());
    let pieces = ["/", "open", "files", "%", "%2", "%2F", "%C3%A9", "?", "&", "=", "+", ";", "..", "a"];
    let mut seen = std::collections::BTreeMap::<u16, usize>::new();
    for number in 0..pieces.len().pow(4) {
        let target: String = (0..4).map(|at| pieces[number / pieces.len().pow(at) % pieces.len()]).collect();
        let Ok(uri) = format!("/{target}").parse::<http::Uri>() else { continue };
        let answer = api.handle(Request::get(uri).body(Bytes::new()).unwrap(), peer()).await;
        *seen.entry(status(&answer)).or_default() += 1;
    }
    assert_eq!(seen.keys().copied().collect::<Vec<_>>(), [200, 400, 403], "{seen:?}");
}

#[test]
fn an_api_that_could_not_be_deployed_is_refused() {
    let refusal = |change: fn(&mut template::Api)| {
        let mut system = system();
        change(system.api.as_mut().unwrap());
        RestApi::new(&system, willing()).unwrap_err().to_string()
    };
    assert_eq!(
        RestApi::new(&template::System::default(), willing()).unwrap_err().to_string(),
        "the template has no AWS::Serverless::Api"
    );
    assert_eq!(refusal(|api| api.routes[0].function = "G".into()), "GET /open/{id}: there is no function G");
    assert_eq!(refusal(|api| api.routes[0].authorizer = Some("A".into())), "/open/{id}: there is no authorizer A");
    assert_eq!(
        refusal(|api| api.throttle = Some(template::Throttle { rate: 1.0, burst: 0 })),
        Error::Throttle.to_string()
    );
    let authorizer = |change: fn(&mut template::Authorizer)| {
        let mut system = system();
        change(system.api.as_mut().unwrap().authorizers.get_mut("Users").unwrap());
        RestApi::new(&system, willing()).unwrap_err().to_string()
    };
    assert_eq!(authorizer(|of| of.function = "G".into()), "authorizer Users: there is no function G");
    assert_eq!(authorizer(|of| of.header = "a b".into()), r#"authorizer Users: "a b" can't be in a header"#);
    assert!(authorizer(|of| of.validation = Some("(".into())).starts_with("authorizer Users: ValidationExpression: "));
}
