//! What a function is told, and what becomes of its answer.

use super::*;

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

/// Echoes the body, in the form in which it got it.
fn echo() -> Arc<dyn Invoke> {
    functions(|_, event| says(&json!({"body": event["body"], "isBase64Encoded": event["isBase64Encoded"]})))
}

async fn echoed(api: &RestApi, headers: &[(&str, &str)], body: &[u8]) -> Bytes {
    api.handle(request("POST", "/open/1", headers, body), peer()).await.response.into_body()
}

#[tokio::test]
async fn what_the_api_calls_binary_travels_in_base64() {
    let api = api(echo());
    assert_eq!(echoed(&api, &[("content-type", "image/png; a=b")], b"text").await, "dGV4dA==");
    assert_eq!(echoed(&api, &[("content-type", "Image/PNG")], b"\xff").await, "/w==");
    assert_eq!(echoed(&api, &[("content-type", "text/plain")], b"text").await, "text");
    let both_ways = [("content-type", "image/png"), ("accept", "image/png,*/*")];
    assert_eq!(echoed(&api, &both_ways, b"\xff").await.as_ref(), b"\xff");
}

#[tokio::test]
async fn everything_else_is_text_and_bytes_that_are_none_are_replaced() {
    let untyped = api_with(echo(), |api| api.binary_media_types.clear());
    for api in [&api(echo()), &untyped] {
        for headers in [&[][..], &[("content-type", "application/json")], &[("content-type", "image/jpeg")]] {
            assert_eq!(echoed(api, headers, b"\xff").await, "\u{fffd}");
            assert_eq!(echoed(api, headers, b"a\xc3(b\xe2\x82").await, "a\u{fffd}(b\u{fffd}");
            assert_eq!(echoed(api, headers, "é\0\u{fffd}".as_bytes()).await, "é\0\u{fffd}");
        }
    }
    assert_eq!(echoed(&untyped, &[("content-type", "image/png"), ("accept", "image/png")], b"\xff").await, "\u{fffd}");
}

/// A body without a type is taken for JSON, and of two types the one in `headers` counts.
#[tokio::test]
async fn a_body_is_of_one_type() {
    let told = functions(|_, event| says(&json!({"body": event["body"]})));
    let everything = api_with(told, |api| api.binary_media_types = vec!["*~1*".to_owned()]);
    for headers in [&[][..], &[("content-type", "application/json")], &[("content-type", "")]] {
        assert_eq!(echoed(&everything, headers, b"text").await, "dGV4dA==", "{headers:?}");
    }
    let api = api(echo());
    let (text, image) = (("content-type", "text/plain"), ("content-type", "image/png"));
    assert_eq!(echoed(&api, &[text, image], b"text").await, "dGV4dA==");
    assert_eq!(echoed(&api, &[image, text], b"text").await, "text");
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
async fn the_request_id_is_the_same_wherever_it_shows() {
    let definition = local_template::GatewayResponse {
        status: Some(404),
        headers: vec![("X-Request-ID".into(), local_template::Parameter::Context("requestId".into()))],
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
