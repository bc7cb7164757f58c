//! What holds of every request.

use local_fuzz_inputs::{cases, spoiled, texts};
use proptest::prelude::*;

use super::*;

const TARGETS: [&str; 5] =
    ["/open/7?a=1&a=%C3%A9;b", "/files/a%2Fb//c.png?q=%2B", "http://localhost:3000/me", "//admin/", "*"];

/// Names and values of which a request has some, each as it is or spoiled.
const HEADERS: [(&str, &[&str]); 9] = [
    ("host", &["api.localhost:3000", "[::1]:99999", "user@host:80"]),
    ("authorization", &["Bearer a.b.c", "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=f"]),
    ("connection", &["close, X-Hop,,keep-alive"]),
    ("content-type", &["image/png; charset=utf-8", "image/*,text/plain"]),
    ("accept", &["image/png;q=0.5, */*"]),
    ("x-amzn-trace-id", &["Self=1;Root=1-a-b;Sampled=1"]),
    ("x-forwarded-for", &["10.0.0.1, 10.0.0.2"]),
    ("x-http-method-override", &["patch"]),
    ("user-agent", &["Mozilla/5.0 (é) \"quoted\" $context.path"]),
];

fn headers() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    let header = (0..HEADERS.len()).prop_flat_map(|at| (Just(HEADERS[at].0), spoiled(HEADERS[at].1)));
    proptest::collection::vec(header, 0..6)
}

/// A request as a listener reads it; `None` if it would not.
fn read(method: &str, target: &str, headers: &[(&str, String)], body: &str) -> Option<Request<Bytes>> {
    let request = Request::builder().method(method).uri(target);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, value.as_bytes()));
    request.body(Bytes::copy_from_slice(body.as_bytes())).ok()
}

#[test]
fn any_request_is_answered_and_reaches_the_function_as_it_is() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let functions = functions(|function, _| match function {
        "Auth" => says(&policy("Allow", "*")),
        _ => says(&json!({"statusCode": 200})),
    });
    let api = api(functions.clone());
    let methods = prop_oneof![4 => Just("GET"), 2 => Just("POST"), 1 => Just("OPTIONS"), 1 => Just("BREW")];
    let requests = (methods, prop_oneof![6 => spoiled(&TARGETS), 1 => texts()], headers(), texts());
    proptest!(cases(), |((method, target, headers, body) in requests)| {
        let Some(request) = read(method, &target, &headers, &body) else { return Ok(()) };
        let sent_path = request.uri().path().to_owned();
        let sent_agents = request.headers().get_all("user-agent").iter().count();
        functions.calls.lock().unwrap().clear();
        let answer = runtime.block_on(api.handle(request, peer()));
        prop_assert!(status(&answer) < 500, "{answer:?}");
        prop_assert_eq!(answer.path, sent_path.as_str());
        let calls = functions.calls.lock().unwrap();
        if let Some((_, event)) = calls.iter().find(|(function, _)| function == "F") {
            prop_assert_eq!(event["path"].as_str().unwrap().trim_start_matches('/'), sent_path.trim_start_matches('/'));
            let agents = event["multiValueHeaders"]["User-Agent"].as_array().map_or(0, Vec::len);
            prop_assert!(agents == sent_agents || agents == 0, "{event}");
            let text = event["body"].as_str().unwrap_or_default();
            prop_assert!(event["isBase64Encoded"] == true || text == body, "{event}");
            let port = event["headers"]["X-Forwarded-Port"].as_str().unwrap();
            prop_assert!(port.parse::<u16>().is_ok(), "{port}");
        }
    });
}

#[test]
fn a_gateway_response_stays_json_whatever_the_client_sent() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let response = local_template::GatewayResponse {
        status: None,
        headers: Vec::new(),
        templates: [(
            "application/json".to_owned(),
            r#"{"path":"$context.path","agent":"$context.identity.userAgent","host":"$context.domainName"}"#.to_owned(),
        )]
        .into(),
    };
    let api = api_with(willing(), |api| api.gateway_responses = [("DEFAULT_4XX".to_owned(), response)].into());
    proptest!(cases(), |(target in spoiled(&["/nowhere/\"a\"?b", "/\\"]), headers in headers())| {
        let Some(request) = read("GET", &target, &headers, "") else { return Ok(()) };
        let path = request.uri().path().to_owned();
        let answer = runtime.block_on(api.handle(request, peer()));
        if answer.gateway_response.is_some() {
            let said: Value = serde_json::from_slice(answer.response.body()).unwrap();
            prop_assert_eq!(said["path"].as_str(), Some(path.as_str()));
        }
    });
}

#[test]
fn any_api_is_deployed_or_refused_and_one_that_is_deployed_answers() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let templates = spoiled(&[
        r#"{"message":$context.error.messageString,"path":"$context.path","status":$context.status. $context.authorizer.principalId"}"#,
    ]);
    let headers =
        (spoiled(&["Access-Control-Allow-Origin"]), spoiled(&["https://example.com"]), spoiled(&["requestId", "path"]));
    let paths = spoiled(&["/open/{id}/{name}", "/files/{rest+}", "/a//b", "/{proxy+}"]);
    let api = (paths, spoiled(&["Bearer [-._~+/A-Za-z0-9]+=*"]), templates, headers, spoiled(&["image~1*", "*/*"]));
    proptest!(cases(), |((path, validation, template, (name, text, variable), binary) in api, target in spoiled(&TARGETS))| {
        let response = local_template::GatewayResponse {
            status: None,
            headers: vec![
                (name, local_template::Parameter::Literal(text)),
                ("x-variable".to_owned(), local_template::Parameter::Context(variable)),
            ],
            templates: [("application/json".to_owned(), template)].into(),
        };
        let mut system = system();
        let api = system.api.as_mut().unwrap();
        api.routes.push(route("GET", &path, Some("Users")));
        api.authorizers.get_mut("Users").unwrap().validation = Some(validation);
        api.gateway_responses = [("DEFAULT_4XX".to_owned(), response)].into();
        api.binary_media_types.push(binary);
        let Ok(api) = RestApi::new(&system, willing()) else { return Ok(()) };
        if let Some(request) = read("GET", &target, &[("authorization", "Bearer a.b".to_owned())], "") {
            let answer = runtime.block_on(api.handle(request, peer()));
            prop_assert!(status(&answer) < 500, "{answer:?}");
        }
    });
}
