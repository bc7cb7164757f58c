//! What is refused, and what is answered without a function.

use local_template::{Throttle, Throttling};

use super::*;

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
async fn what_can_not_be_read_is_refused_before_anything_is_called() {
    let lambda = functions(|_, _| says(&json!({})));
    let api = api(lambda.clone());
    for target in ["/open/%", "/open/%zz", "/open/%ff", "/open/1?a=%ff", "/open/1?a=%e", "/open/1?a={b}"] {
        assert_eq!(gateway(&get(&api, target, &[]).await), (400, "BAD_REQUEST_PARAMETERS"), "{target}");
    }
    let long = "x".repeat(10_240);
    assert_eq!(gateway(&get(&api, "/open/1", &[("x-a", &long)]).await), (431, "BAD_REQUEST_PARAMETERS"));
    assert_eq!(gateway(&get(&api, &format!("/open/{long}"), &[]).await), (431, "BAD_REQUEST_PARAMETERS"));
    let answer = api.handle(request("POST", "/open/1", &[], &vec![b'a'; BODY_LIMIT + 1]), peer()).await;
    assert_eq!(gateway(&answer), (413, "REQUEST_TOO_LARGE"));
    assert!(lambda.calls.lock().unwrap().is_empty());
    assert_eq!(status(&api.handle(request("POST", "/open/1", &[], &vec![b'a'; BODY_LIMIT]), peer()).await), 200);
    let head = request("POST", "/open/1", &[], b"").into_parts().0;
    let answer = api.refuse(&head, peer(), Unread::TooLong);
    assert_eq!(gateway(&answer), (413, "REQUEST_TOO_LARGE"));
    assert_eq!(answer.response.headers()["x-amzn-requestid"], answer.request_id.as_str());
    assert_eq!(gateway(&api.refuse(&head, peer(), Unread::Broken)), (400, "BAD_REQUEST_BODY"));
}

#[tokio::test]
async fn preflights_are_answered_without_asking_anyone() {
    let lambda = functions(|_, _| says(&json!({})));
    let cors = local_template::Cors {
        allow_origin: "https://app.test".into(),
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
    assert_eq!(headers["access-control-allow-origin"], "https://app.test");
    assert_eq!(headers["access-control-allow-methods"], "GET,OPTIONS,POST");
    assert_eq!(headers["access-control-allow-headers"], "Authorization,Content-Type");
    assert_eq!(headers["access-control-max-age"], "600");
    assert_eq!(headers["access-control-allow-credentials"], "true");
    assert_eq!(headers["content-type"], "application/json");
    assert_eq!(headers["x-amzn-requestid"], answer.request_id.as_str());
    assert_eq!(answer.response.body(), "{}\n");
    let methods = |answer: Exchange| answer.response.headers()["access-control-allow-methods"].clone();
    assert_eq!(methods(preflight("/me").await), "GET,OPTIONS");
    assert_eq!(methods(preflight("/files/a/b").await), "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT");
    assert_eq!(gateway(&preflight("/none").await), (403, "MISSING_AUTHENTICATION_TOKEN"));
    assert!(lambda.calls.lock().unwrap().is_empty());
    assert_eq!(preflight("/own").await.function.as_deref(), Some("F"));
}

#[tokio::test]
async fn each_method_is_throttled_on_its_own_but_not_by_requests_for_nothing() {
    let limits = |burst| Throttle { rate: 0.001, burst };
    let own = |path: &str, method: &str, burst| ((path.to_owned(), method.to_owned()), limits(burst));
    let methods = [own("/me", "GET", 1), own("/files/{path+}", "ANY", 3)].into();
    let api = api_with(willing(), |api| api.throttling = Throttling { all: Some(limits(2)), methods });
    for _ in 0..5 {
        assert_eq!(status(&get(&api, "/none", &[]).await), 403);
    }
    // Whatever the path's parameters are, it is one method, and another method of the path is another.
    for path in ["/open/1", "/open/2"] {
        assert_eq!(status(&get(&api, path, &[]).await), 200);
    }
    let answer = get(&api, "/open/3", &[]).await;
    assert_eq!(gateway(&answer), (429, "THROTTLED"));
    assert_eq!((answer.route.as_deref(), answer.function.as_deref()), (Some("/open/{id}"), None));
    let post = Request::post("/open/1").body(Bytes::new()).unwrap();
    assert_eq!(status(&api.handle(post, peer()).await), 200);
    // A method's own limits, in place of those of all.
    assert_eq!(status(&get(&api, "/me", &[BEARER]).await), 200);
    assert_eq!(gateway(&get(&api, "/me", &[BEARER]).await), (429, "THROTTLED"));
    for method in ["GET", "POST", "PUT"] {
        let request = Request::builder().method(method).uri("/files/a/b").body(Bytes::new()).unwrap();
        assert_eq!(status(&api.handle(request, peer()).await), 200);
    }
    assert_eq!(gateway(&get(&api, "/files/a/b", &[]).await), (429, "THROTTLED"));
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
    let refusal = |change: fn(&mut local_template::Api)| {
        let mut system = system();
        change(system.api.as_mut().unwrap());
        RestApi::new(&system, willing()).unwrap_err().to_string()
    };
    assert_eq!(
        RestApi::new(&local_template::System::default(), willing()).unwrap_err().to_string(),
        "the template has no AWS::Serverless::Api"
    );
    assert_eq!(refusal(|api| api.routes[0].function = "G".into()), "GET /open/{id}: there is no function G");
    assert_eq!(refusal(|api| api.routes[0].authorizer = Some("A".into())), "/open/{id}: there is no authorizer A");
    assert_eq!(refusal(|api| api.throttling.all = Some(Throttle { rate: 1.0, burst: 0 })), Error::Throttle.to_string());
    let nothing = |api: &mut local_template::Api| {
        let method = ("/me".to_owned(), "PUT".to_owned());
        api.throttling.methods.insert(method, Throttle { rate: 1.0, burst: 1 });
    };
    assert_eq!(refusal(nothing), "MethodSettings: there is no PUT /me");
    let authorizer = |change: fn(&mut local_template::Authorizer)| {
        let mut system = system();
        change(system.api.as_mut().unwrap().authorizers.get_mut("Users").unwrap());
        RestApi::new(&system, willing()).unwrap_err().to_string()
    };
    assert_eq!(authorizer(|of| of.function = "G".into()), "authorizer Users: there is no function G");
    assert_eq!(authorizer(|of| of.header = "a b".into()), r#"authorizer Users: "a b" can't be in a header"#);
    assert!(authorizer(|of| of.validation = Some("(".into())).starts_with("authorizer Users: ValidationExpression: "));
}
