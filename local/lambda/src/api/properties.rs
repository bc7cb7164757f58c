//! What holds of every request of the Invoke API.

use std::time::Duration;

use local_fuzz_inputs::{cases, spoiled, texts};
use proptest::prelude::*;

use super::*;
use crate::{FunctionSpec, Options};

const PATHS: [&str; 3] = [
    "/2015-03-31/functions/echo/invocations?Qualifier=live",
    "/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:echo:live/invocations",
    "/2015-03-31/functions/000000000000%3Afunction%3AEcho/invocations?a=%zz&Qualifier=%24LATEST",
];

const CONTEXTS: [&str; 2] =
    [r#"{"client":{"app_title":"t"},"custom":{"k":"v"},"env":{}}"#, "{\n  \"custom\": {\"k\": [1, 2.50]}\n}"];

#[test]
fn any_request_is_answered() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let lambda = runtime.block_on(Lambda::start(Options::default())).unwrap();
    let function = FunctionSpec {
        logical_id: "Echo".into(),
        name: "echo".into(),
        arn: "arn:aws:lambda:us-east-1:000000000000:function:echo".into(),
        alias: Some("live".into()),
        executable: std::env::current_exe().unwrap(),
        memory_mb: 128,
        timeout: Duration::from_secs(1),
        environment: [].into(),
        reserved_concurrency: None,
        event_invoke: local_template::EventInvoke::default(),
    };
    lambda.deploy(function).unwrap();
    let payloads = prop_oneof![4 => spoiled(&[r#"{"a":[1,"\u00e9",null]}"#]), 1 => texts()];
    let requests = (spoiled(&PATHS), spoiled(&CONTEXTS), spoiled(&["Root=1-a-b;Parent=c;Sampled=0"]), payloads);
    proptest!(cases(), |((path, context, trace_id, payload) in requests)| {
        // One that is run would need a process.
        let request = Request::post(&path)
            .header(INVOCATION_TYPE, "DryRun")
            .header(CLIENT_CONTEXT, BASE64_STANDARD.encode(&context))
            .header(TRACE_ID, trace_id);
        let Ok(request) = request.body(Bytes::from(payload.clone())) else { return Ok(()) };
        let response = runtime.block_on(handle(&lambda, request));
        match response.status() {
            StatusCode::NO_CONTENT => {
                prop_assert!(payload.is_empty() || serde_json::from_str::<IgnoredAny>(&payload).is_ok(), "{payload}");
            }
            status => prop_assert!(status.is_client_error(), "{status} {:?}", response.body()),
        }
    });
}

/// The client context as the function gets it, if it is valid.
fn read(text: &str) -> Option<String> {
    let encoded = HeaderValue::try_from(BASE64_STANDARD.encode(text)).unwrap();
    client_context(&HeaderMap::from_iter([(HeaderName::from_static(CLIENT_CONTEXT), encoded)])).ok().flatten()
}

#[test]
fn a_client_context_keeps_the_digits_of_its_numbers() {
    let digits = r#"{"custom":{"price":2.50,"id":123456789012345678901234567890}}"#;
    assert_eq!(read(digits).as_deref(), Some(digits));
    assert_eq!(read("\r\n{\n\"custom\":\t{}\r\n}\n").as_deref(), Some("{ \"custom\":\t{}  }"));
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_client_context_is_an_object_that_a_header_carries(text in prop_oneof![4 => spoiled(&CONTEXTS), 1 => texts()]) {
        if let Some(context) = read(&text) {
            prop_assert!(HeaderValue::from_str(&context).is_ok() && context.starts_with('{'), "{context}");
            prop_assert_eq!(context.split_ascii_whitespace().collect::<Vec<_>>(), text.split_ascii_whitespace().collect::<Vec<_>>());
            let again = read(&context);
            prop_assert_eq!(again.as_ref(), Some(&context));
        }
    }

    #[test]
    fn a_header_that_is_no_base64_is_no_context(text in "[ -~]{0,40}") {
        let headers = HeaderMap::from_iter([(HeaderName::from_static(CLIENT_CONTEXT), text.parse().unwrap())]);
        if let Ok(Some(context)) = client_context(&headers) {
            prop_assert!(serde_json::from_str::<serde_json::Value>(&context).is_ok_and(|value| value.is_object()));
        }
    }
}
