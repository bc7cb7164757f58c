//! What a caller gets when a function fails.

use std::time::Duration;

use local_lambda::{FunctionError, FunctionSpec, Invocation, Options};
use serde_json::{Value, json};

use crate::testbed::{TestBed, kill, spec, spec_with};

/// The failure of an invocation, which names its own request id.
fn assert_failed(invocation: &Invocation, error: FunctionError, error_type: &str, message: &str) {
    let message = format!("RequestId: {} Error: {message}", invocation.request_id);
    assert_eq!(invocation.payload, json!({ "errorType": error_type, "errorMessage": message }).to_string());
    assert_eq!(invocation.function_error, Some(error));
}

pub async fn a_timeout_kills_the_instance() {
    let timeout = Duration::from_millis(250);
    let bed = TestBed::with(FunctionSpec { timeout, reserved_concurrency: Some(1), ..spec() }).await;
    let line = bed.attached().await;
    let failed = bed.invoke(json!({ "do": "hang" })).await;
    assert_failed(&failed, FunctionError::TimedOut, "Sandbox.Timedout", "Task timed out after 0.25 seconds");
    let pid = line.pid;
    line.cut().await;
    // Its place is free at once.
    assert_ne!(bed.pid().await, u64::from(pid));
}

pub async fn an_exit_in_mid_call_is_a_runtime_exit_error() {
    let bed = TestBed::with(FunctionSpec { reserved_concurrency: Some(1), ..spec() }).await;
    let pid = bed.pid().await;
    let failed = bed.invoke(json!({ "do": "exit" })).await;
    let message = "Runtime exited with error: exit status 3";
    assert_failed(&failed, FunctionError::Crashed, "Runtime.ExitError", message);
    assert_ne!(bed.pid().await, pid);
}

pub async fn a_signal_in_mid_call_is_a_runtime_exit_error() {
    let bed = TestBed::with(spec()).await;
    let (busy, line) = bed.busy().await;
    kill(line.pid);
    let failed = busy.await.unwrap().unwrap();
    let message = "Runtime exited with error: signal: killed";
    assert_failed(&failed, FunctionError::Crashed, "Runtime.ExitError", message);
}

pub async fn an_exit_between_two_invocations_is_nobodys_error() {
    let bed = TestBed::with(spec_with("TESTEE", "exits after its answer")).await;
    for _ in 0..20 {
        assert_eq!(bed.invoke_ok(json!({})).await["events"], 1);
    }
}

pub async fn a_reported_error_and_a_panic_leave_the_instance_alive() {
    let bed = TestBed::with(spec()).await;
    let pid = bed.pid().await;
    for (event, message) in [("fail", "no such thing"), ("panic", "Lambda panicked: not this one")] {
        let failed = bed.invoke(json!({ "do": event })).await;
        assert_eq!(failed.function_error, Some(FunctionError::Reported));
        assert_eq!(serde_json::from_slice::<Value>(&failed.payload).unwrap()["errorMessage"], message);
    }
    assert_eq!(bed.pid().await, pid);
}

pub async fn an_exit_in_init_is_one_answer() {
    let bed = TestBed::with(spec_with("TESTEE", "exits in init")).await;
    for tries in 1..=2 {
        let failed = bed.invoke(json!({})).await;
        let message = "Runtime exited with error: exit status 7";
        assert_failed(&failed, FunctionError::Crashed, "Runtime.ExitError", message);
        let inits = bed.log().iter().filter(|line| line.starts_with("INIT_REPORT ")).count();
        assert_eq!(inits, tries);
    }
    assert_eq!(bed.lambda.instances(), []);
}

pub async fn a_reported_init_error_is_the_answer() {
    let bed = TestBed::with(spec_with("TESTEE", "reports an init error")).await;
    let failed = bed.invoke(json!({})).await;
    assert_eq!(failed.payload, r#"{"errorType":"App.NoKey","errorMessage":"there is no key"}"#);
    assert_eq!(failed.function_error, Some(FunctionError::Crashed));
}

pub async fn an_init_without_end_times_out() {
    let options = Options { init_timeout: Duration::from_millis(120), ..Options::default() };
    let bed = TestBed::with_options(spec_with("TESTEE", "hangs in init"), options).await;
    let failed = bed.invoke(json!({})).await;
    assert_failed(&failed, FunctionError::TimedOut, "Sandbox.Timedout", "Task timed out after 0.12 seconds");
    assert_eq!(bed.lambda.instances(), []);
}

pub async fn what_is_not_executable_is_an_invalid_entrypoint() {
    let executable = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let bed = TestBed::with(FunctionSpec { executable: executable.into(), ..spec() }).await;
    let failed = bed.invoke(json!({})).await;
    let message = format!("fork/exec {executable}: Permission denied (os error 13)");
    assert_failed(&failed, FunctionError::Crashed, "Runtime.InvalidEntrypoint", &message);

    let missing = bed.lambda.deploy(FunctionSpec { executable: "/nowhere/bootstrap".into(), ..spec() });
    let told = missing.unwrap_err().to_string();
    assert_eq!(told, "echo: /nowhere/bootstrap: No such file or directory (os error 2)");
}

pub async fn a_response_over_6_mb_is_an_error_and_leaves_the_instance_alive() {
    let bed = TestBed::with(spec()).await;
    let pid = bed.pid().await;
    let failed = bed.invoke(json!({ "do": "large" })).await;
    assert_eq!(
        failed.payload,
        r#"{"errorType":"Function.ResponseSizeTooLarge","errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes)."}"#
    );
    assert_eq!(failed.function_error, Some(FunctionError::Reported));
    assert_eq!(bed.pid().await, pid);
}

pub async fn more_memory_than_the_setting_is_out_of_memory() {
    let bed = TestBed::with(FunctionSpec { memory_mb: 64, ..spec() }).await;
    let pid = bed.pid().await;
    let invocation = bed.invoke(json!({ "do": "allocate" })).await;
    if cfg!(target_os = "linux") {
        let message = "Runtime exited with error: signal: killed";
        assert_failed(&invocation, FunctionError::Crashed, "Runtime.OutOfMemory", message);
        assert_ne!(bed.pid().await, pid);
    } else {
        assert_eq!(invocation.function_error, None);
    }
}
