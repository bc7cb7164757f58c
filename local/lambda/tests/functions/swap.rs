//! A function is replaced while it runs.

use std::path::Path;
use std::time::Duration;

use local_lambda::{FunctionSpec, InvokeError};
use serde_json::json;

use crate::testbed::{TestBed, pid_of, spec, spec_with};

pub async fn a_swap_leaves_the_busy_one_to_finish_and_ends_the_idle_ones() {
    let bed = TestBed::with(spec_with("VERSION", "1")).await;
    let (busy, gate) = bed.busy().await;
    let idle = bed.attached().await;
    assert_ne!(idle.pid, gate.pid);

    bed.lambda.deploy(spec_with("VERSION", "2")).unwrap();
    idle.cut().await;
    assert_eq!(bed.invoke_ok(json!({})).await["version"], "2");

    let old = gate.pid;
    drop(gate);
    let finished = busy.await.unwrap().unwrap();
    assert_eq!(pid_of(&finished), u64::from(old));
    let remaining = bed.lambda.instances();
    assert!(remaining.len() == 1 && remaining[0].pid != Some(old), "{remaining:?}");
}

pub async fn no_invocation_fails_while_the_function_is_swapped() {
    let bed = TestBed::with(spec_with("VERSION", "0")).await;
    let swapping = bed.clone();
    let swaps = tokio::spawn(async move {
        for version in 1..=15 {
            swapping.lambda.deploy(spec_with("VERSION", &version.to_string())).unwrap();
            let seen = swapping.invoke_ok(json!({})).await;
            // Others call at the same time, but nobody deploys: the version just deployed answers.
            assert_eq!(seen["version"], version.to_string());
        }
    });
    while !swaps.is_finished() {
        bed.invoke_ok(json!({})).await;
    }
    swaps.await.unwrap();
}

pub async fn a_swap_counts_old_and_new_ones_as_concurrent() {
    let limited = || FunctionSpec { reserved_concurrency: Some(1), ..spec() };
    let bed = TestBed::with(limited()).await;
    let (busy, line) = bed.busy().await;
    bed.lambda.deploy(limited()).unwrap();
    let refused = bed.try_invoke(json!({})).await;
    assert!(matches!(refused, Err(InvokeError::Throttled(_))), "{refused:?}");
    drop(line);
    let old = pid_of(&busy.await.unwrap().unwrap());
    assert_ne!(bed.pid().await, old);
}

pub async fn an_executable_that_is_still_open_for_writing_is_waited_for() {
    let executable = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("busy-{}", std::process::id()));
    std::fs::copy(spec().executable, &executable).unwrap();
    let writer = std::fs::OpenOptions::new().append(true).open(&executable).unwrap();
    let bed = TestBed::with(FunctionSpec { executable: executable.clone(), ..spec() }).await;
    let close = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        drop(writer);
    };
    let (answer, ()) = tokio::join!(bed.invoke_ok(json!({})), close);
    std::fs::remove_file(executable).unwrap();
    assert_eq!(answer["events"], 1);
}
