//! The Invoke API, as an SDK calls it.

use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{Request, Response};
use local_lambda::{FunctionSpec, Options, api};
use local_template::EventInvoke;
use serde_json::{Value, json};

use crate::testbed::{TestBed, spec};

async fn post(bed: &TestBed, function: &str, headers: &[(&str, &str)], payload: impl Into<Bytes>) -> Response<Bytes> {
    let uri = match function.split_once('?') {
        Some((function, query)) => format!("/2015-03-31/functions/{function}/invocations?{query}"),
        None => format!("/2015-03-31/functions/{function}/invocations"),
    };
    let mut request = Request::post(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    api::handle(&bed.lambda, request.body(payload.into()).unwrap()).await
}

fn header<'a>(response: &'a Response<Bytes>, name: &str) -> Option<&'a str> {
    Some(response.headers().get(name)?.to_str().unwrap())
}

fn assert_error(response: &Response<Bytes>, status: u16, error_type: &str, body: &Value) {
    assert_eq!((response.status().as_u16(), header(response, "x-amzn-errortype")), (status, Some(error_type)));
    assert_eq!(&serde_json::from_slice::<Value>(response.body()).unwrap(), body);
    assert_eq!(header(response, "x-amzn-requestid").unwrap().len(), 36);
}

pub async fn a_function_is_called_over_http() {
    let bed = TestBed::with(spec()).await;
    let arn = "arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Aecho";
    let alias = "arn:aws:lambda:us-east-1:000000000000:function:echo:live";
    for function in
        ["echo", "EchoFunction", "echo:$LATEST", "echo?Qualifier=%24LATEST", "echo?Qualifier=live", arn, alias]
    {
        let response = post(&bed, function, &[], r#"{"do":"echo"}"#).await;
        assert_eq!((response.status().as_u16(), &response.body()[..]), (200, &br#"{"do":"echo"}"#[..]), "{function}");
        assert_eq!(header(&response, "x-amz-executed-version"), Some("$LATEST"));
        assert_eq!(header(&response, "x-amz-function-error"), None);
        assert_eq!(header(&response, "x-amz-log-result"), None);
    }

    let trace = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1";
    let client = BASE64_STANDARD.encode(
        "{\"client\":{\"installation_id\":\"i\",\"app_title\":\"t\",\"app_version_name\":\"v\",\
        \"app_version_code\":\"c\",\"app_package_name\":\"p\"},\n\"custom\":{},\"environment\":{}}",
    );
    let headers = [("X-Amzn-Trace-Id", trace), ("X-Amz-Client-Context", client.as_str())];
    let response = post(&bed, "echo", &headers, r#"{"do":"context"}"#).await;
    let context: Value = serde_json::from_slice(response.body()).unwrap();
    assert_eq!(context["request_id"].as_str(), header(&response, "x-amzn-requestid"));
    assert_eq!(context["xray_trace_id"], trace);
    assert_eq!(context["client_context"]["client"]["appTitle"], "t");

    let response = post(&bed, "echo", &[("X-Amz-Invocation-Type", "DryRun")], "{}").await;
    assert_eq!((response.status().as_u16(), response.body().len()), (204, 0));
}

pub async fn a_functions_error_is_marked_and_its_log_returned() {
    let bed = TestBed::with(spec()).await;
    let response = post(&bed, "echo", &[("X-Amz-Log-Type", "Tail")], r#"{"do":"fail"}"#).await;
    assert_eq!((response.status().as_u16(), header(&response, "x-amz-function-error")), (200, Some("Unhandled")));
    let id = header(&response, "x-amzn-requestid").unwrap();
    let tail = BASE64_STANDARD.decode(header(&response, "x-amz-log-result").unwrap()).unwrap();
    let tail = String::from_utf8(tail).unwrap();
    let lines = tail.lines().collect::<Vec<_>>();
    assert_eq!(lines[0], format!("START RequestId: {id} Version: $LATEST"));
    assert_eq!(lines[lines.len() - 2], format!("END RequestId: {id}"));
    assert!(lines[lines.len() - 1].starts_with(&format!("REPORT RequestId: {id}\t")), "{tail}");
}

pub async fn what_can_not_be_invoked_is_refused_as_by_aws() {
    let bed = TestBed::with(spec()).await;
    let not_found = |name: &str| json!({ "Type": "User", "Message": format!("Function not found: {name}") });
    let response = post(&bed, "nothing", &[], "{}").await;
    assert_error(&response, 404, "ResourceNotFoundException", &not_found("nothing"));
    let response = post(&bed, "echo?Qualifier=other", &[], "{}").await;
    assert_error(&response, 404, "ResourceNotFoundException", &not_found("echo:other"));

    let response = post(&bed, "echo", &[], "{oops").await;
    let message = "Could not parse request body into json: key must be a string at line 1 column 2";
    let body = json!({ "Type": "User", "message": message });
    assert_error(&response, 400, "InvalidRequestContentException", &body);

    let response = post(&bed, "echo", &[], vec![b' '; 6 * 1024 * 1024 + 1]).await;
    let message = "6291457 byte payload is too large for the RequestResponse invocation type (limit 6291456 bytes)";
    assert_error(&response, 413, "RequestTooLargeException", &json!({ "Type": "User", "message": message }));

    let response = post(&bed, "echo", &[("X-Amz-Invocation-Type", "Later")], "{}").await;
    assert_eq!(
        (response.status().as_u16(), header(&response, "x-amzn-errortype")),
        (400, Some("InvalidParameterValueException"))
    );

    let request = Request::get("/2015-03-31/functions/echo").body(Bytes::new()).unwrap();
    let response = api::handle(&bed.lambda, request).await;
    assert_eq!(
        (response.status().as_u16(), header(&response, "x-amzn-errortype")),
        (404, Some("UnknownOperationException"))
    );
    assert_eq!(bed.lambda.instances(), []);
}

pub async fn a_busy_function_is_throttled() {
    let bed = TestBed::with(FunctionSpec { reserved_concurrency: Some(0), ..spec() }).await;
    let response = post(&bed, "echo", &[], "{}").await;
    assert_eq!(header(&response, "retry-after"), Some("1"));
    let body = json!({
        "Reason": "ReservedFunctionConcurrentInvocationLimitExceeded",
        "Type": "User",
        "message": "Rate Exceeded.",
        "retryAfterSeconds": "1",
    });
    assert_error(&response, 429, "TooManyRequestsException", &body);
}

pub async fn an_event_is_tried_three_times_under_one_id() {
    let delay = Duration::from_millis(5);
    let options = Options { retry_delays: vec![delay, delay], ..Options::default() };
    let bed = TestBed::with_options(spec(), options).await;
    let event = [("X-Amz-Invocation-Type", "Event")];
    let response = post(&bed, "echo", &event, r#"{"do":"fail"}"#).await;
    assert_eq!((response.status().as_u16(), response.body().len()), (202, 0));
    let id = header(&response, "x-amzn-requestid").unwrap();
    let end = format!("END RequestId: {id}");
    bed.logged(3, |line| line == end).await;
    // Not a fourth time; and one that succeeds is run once.
    let response = post(&bed, "echo", &event, r#"{"do":"echo"}"#).await;
    let other_end = format!("END RequestId: {}", header(&response, "x-amzn-requestid").unwrap());
    bed.logged(1, |line| line == other_end).await;
    tokio::time::sleep(10 * delay).await;
    let log = bed.log();
    let count = |meant: &str| log.iter().filter(|line| *line == meant).count();
    assert_eq!((count(&end), count(&other_end)), (3, 1));
}

pub async fn an_event_is_tried_no_more_often_than_its_function_says() {
    let options = Options { retry_delays: vec![Duration::from_millis(5); 2], ..Options::default() };
    let event_invoke = EventInvoke { maximum_retry_attempts: 0, ..EventInvoke::default() };
    let bed = TestBed::with_options(FunctionSpec { event_invoke, ..spec() }, options).await;
    let event = [("X-Amz-Invocation-Type", "Event")];
    let response = post(&bed, "echo", &event, r#"{"do":"fail"}"#).await;
    let end = format!("END RequestId: {}", header(&response, "x-amzn-requestid").unwrap());
    bed.logged(1, |line| line == end).await;
    // Longer than both delays together: a second try would have ended by then.
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(bed.log().iter().filter(|line| **line == end).count(), 1);
}

pub async fn an_event_that_was_throttled_is_run_later() {
    let bed = TestBed::with(FunctionSpec { reserved_concurrency: Some(1), ..spec() }).await;
    let (busy, line) = bed.busy().await;
    // The first try is made, and throttled, with that; the next one comes after a second.
    let asked = Instant::now();
    let id = bed.lambda.invoke_async("echo", Bytes::from_static(br#"{"do":"echo"}"#)).unwrap();
    drop(line);
    busy.await.unwrap().unwrap();
    let end = format!("END RequestId: {id}");
    bed.logged(1, |line| line == end).await;
    assert!(asked.elapsed() >= Duration::from_secs(1), "{:?}", asked.elapsed());
}
