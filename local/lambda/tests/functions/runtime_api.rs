//! What a function's process can do, rightly or wrongly, on its Runtime API.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use local_lambda::FunctionSpec;
use serde_json::json;

use crate::testbed::{TestBed, http, spec, spec_with};

pub async fn a_wrong_id_and_a_second_answer_are_refused() {
    let bed = TestBed::with(spec_with("TESTEE", "answers wrongly first")).await;
    assert_eq!(bed.invoke_ok(json!({})).await, json!({ "wrong": 400, "unknown": 404 }));
    assert_eq!(bed.invoke_ok(json!({})).await, json!({ "right": 202, "again": 400 }));
}

pub async fn an_instance_is_known_by_its_own_path_only() {
    let bed = TestBed::with(spec()).await;
    let environment = bed.invoke_ok(json!({ "do": "environment" })).await;
    let api = environment["AWS_LAMBDA_RUNTIME_API"].as_str().unwrap();
    let (address, instance) = api.strip_prefix("http://").unwrap().split_once('/').unwrap();
    assert_eq!(instance.len(), 32);
    for base in ["", "/00000000000000000000000000000000"] {
        let request = format!(
            "GET {base}/2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: lambda\r\nConnection: close\r\n\r\n"
        );
        let address = address.to_owned();
        let answer = tokio::task::spawn_blocking(move || http(&address, &request)).await.unwrap();
        assert_eq!(answer.0, 404);
    }
}

pub async fn trace_deadline_and_arn_reach_the_function() {
    let timeout = Duration::from_secs(7);
    let bed = TestBed::with(FunctionSpec { timeout, ..spec() }).await;
    bed.pid().await;
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let before = now();
    let context = bed.invoke_ok(json!({ "do": "context" })).await;
    let deadline = Duration::from_millis(context["deadline"].as_u64().unwrap());
    // The header has whole milliseconds.
    assert!(deadline + Duration::from_millis(1) >= before + timeout && deadline <= now() + timeout);
    assert_eq!(context["invoked_function_arn"], spec().arn);
    let trace = context["xray_trace_id"].as_str().unwrap();
    assert!(trace.starts_with("Root=1-") && trace.ends_with(";Sampled=0"), "{trace}");
}
