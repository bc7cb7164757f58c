//! Which instance serves an invocation.

use std::time::Duration;

use bytes::Bytes;
use local_lambda::{FunctionSpec, Invoke, InvokeError, Options};
use serde_json::json;
use tokio::task::JoinSet;

use crate::testbed::{Gate, TestBed, pid_of, spec, spec_with};

pub async fn an_instance_is_used_again() {
    let bed = TestBed::with(spec()).await;
    let first = bed.invoke_ok(json!({})).await;
    for events in 2..20 {
        let next = bed.invoke_ok(json!({})).await;
        assert_eq!((&next["pid"], &next["events"]), (&first["pid"], &json!(events)));
    }
    assert_eq!(bed.lambda.instances().len(), 1);
}

pub async fn the_most_recently_used_instance_is_used_first() {
    let bed = TestBed::with(spec()).await;
    let (one, one_line) = bed.busy().await;
    let (two, two_line) = bed.busy().await;
    assert_ne!(one_line.pid, two_line.pid);
    drop(two_line);
    let two = pid_of(&two.await.unwrap().unwrap());
    drop(one_line);
    let one = pid_of(&one.await.unwrap().unwrap());
    assert_eq!(bed.lambda.instances().iter().filter(|instance| !instance.busy).count(), 2);
    assert_eq!(bed.pid().await, one);
    let (busy, line) = bed.busy().await;
    assert_eq!(u64::from(line.pid), one);
    assert_eq!(bed.pid().await, two);
    drop(line);
    busy.await.unwrap().unwrap();
    assert_eq!(bed.pid().await, one);
}

pub async fn reserved_concurrency_throttles_what_is_above_it() {
    let bed = TestBed::with(FunctionSpec { reserved_concurrency: Some(1), ..spec() }).await;
    let (busy, line) = bed.busy().await;
    let refused = bed.try_invoke(json!({})).await;
    assert!(matches!(&refused, Err(InvokeError::Throttled(function)) if function == "echo"), "{refused:?}");
    drop(line);
    let served = busy.await.unwrap().unwrap();
    assert_eq!(bed.pid().await, pid_of(&served));
}

pub async fn concurrent_callers_never_get_more_than_the_limit() {
    let bed = TestBed::with(FunctionSpec { reserved_concurrency: Some(3), ..spec() }).await;
    let gate = Gate::open().await;
    let mut callers = JoinSet::new();
    for _ in 0..40 {
        let (bed, event) = (bed.clone(), json!({ "do": "wait", "port": gate.port }));
        callers.spawn(async move { bed.try_invoke(event).await });
    }
    let lines = [gate.line().await, gate.line().await, gate.line().await];
    for _ in 0..37 {
        let refused = callers.join_next().await.unwrap().unwrap();
        assert!(matches!(refused, Err(InvokeError::Throttled(_))), "{refused:?}");
    }
    assert_eq!(bed.lambda.instances().iter().filter(|instance| instance.busy).count(), 3);
    drop(lines);
    let served = callers.join_all().await;
    assert!(served.len() == 3 && served.iter().all(Result::is_ok), "{served:?}");
}

pub async fn an_invocation_outlives_a_caller_who_leaves() {
    let bed = TestBed::with(spec()).await;
    let (caller, line) = bed.busy().await;
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    let pid = line.pid;
    drop(line);
    bed.logged(1, |line| line.starts_with("REPORT ")).await;
    let next = bed.invoke_ok(json!({})).await;
    assert_eq!((&next["pid"], &next["events"]), (&json!(pid), &json!(2)));
}

pub async fn idle_instances_end_after_a_while() {
    let options = Options { idle_timeout: Duration::from_millis(100), ..Options::default() };
    let bed = TestBed::with_options(spec(), options).await;
    bed.attached().await.cut().await;
    assert_eq!(bed.lambda.instances(), []);
    // Racing with the expiry: each invocation must find an instance or start one.
    for pause in 0..8 {
        bed.pid().await;
        tokio::time::sleep(Duration::from_millis(96 + pause)).await;
    }
}

pub async fn a_function_sees_aws_environment_and_nothing_of_this_process() {
    let options = Options {
        endpoint_url: Some("http://127.0.0.1:4566".to_owned()),
        environment: [("STAGE".to_owned(), "local".to_owned())].into(),
        ..Options::default()
    };
    let mut spec = spec_with("TABLE", "things");
    spec.environment.insert("STAGE".to_owned(), "other".to_owned());
    spec.environment.insert("AWS_REGION".to_owned(), "eu-west-1".to_owned());
    let root = spec.executable.parent().unwrap().to_str().unwrap().to_owned();
    let bed = TestBed::with_options(spec, options).await;
    let environment = bed.invoke_ok(json!({ "do": "environment" })).await;
    for (name, value) in [
        ("AWS_LAMBDA_FUNCTION_NAME", "echo"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/echo"),
        ("_HANDLER", "bootstrap"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:4566"),
        ("LAMBDA_TASK_ROOT", &root),
        ("PWD", ""),
        ("TZ", ":UTC"),
        ("LANG", "en_US.UTF-8"),
        ("TABLE", "things"),
        ("STAGE", "local"),
        ("HOME", ""),
        ("CARGO_MANIFEST_DIR", ""),
    ] {
        assert_eq!(environment[name].as_str().unwrap_or_default(), value, "{name}");
    }
    let access_key_id = environment["AWS_ACCESS_KEY_ID"].as_str().unwrap();
    assert_eq!(bed.lambda.caller(access_key_id).as_deref(), Some("echo"));
    assert_eq!(bed.lambda.caller("ASIAAAAAAAAAAAAAAAAA"), None);
}

pub async fn a_function_is_found_by_name_logical_id_and_arn() {
    let bed = TestBed::with(spec()).await;
    for name in ["echo", "EchoFunction", "arn:aws:lambda:us-east-1:000000000000:function:echo"] {
        let invocation = bed.lambda.invoke(name, Bytes::from_static(br#"{"do":"echo"}"#)).await.unwrap();
        assert_eq!(invocation.payload, r#"{"do":"echo"}"#);
    }
    let unknown = bed.lambda.invoke("Echo", Bytes::new()).await;
    assert!(matches!(&unknown, Err(InvokeError::NotFound(function)) if function == "Echo"), "{unknown:?}");
    assert_eq!(bed.lambda.instances().len(), 1);
}
