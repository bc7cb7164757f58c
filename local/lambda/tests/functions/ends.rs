//! The end of a stack, in order or not, leaves no process behind.

use std::ffi::OsStr;
use std::process::{ExitCode, Stdio};
use std::time::Duration;

use local_lambda::{InvokeError, Options, Reaper};
use rustix::process::{Pid, getpgid};
use serde_json::json;
use tokio::process::Command;

use crate::testbed::{Gate, TestBed, kill, spec};

/// Set for a process that is to start a stack and be killed.
pub const PARENT_TO_BE_KILLED: &str = "PARENT_TO_BE_KILLED";

fn assert_unavailable<T: std::fmt::Debug>(result: &Result<T, InvokeError>) {
    assert!(matches!(result, Err(InvokeError::Unavailable(_))), "{result:?}");
}

pub async fn shutdown_lets_the_busy_finish_and_leaves_no_process() {
    let bed = TestBed::with(spec()).await;
    let (busy, gate) = bed.busy().await;
    let idle = bed.attached().await;
    let stopping = bed.lambda.clone();
    let shutdown = tokio::spawn(async move { stopping.shutdown(Duration::from_secs(60)).await });
    idle.cut().await;
    assert_unavailable(&bed.try_invoke(json!({})).await);
    assert!(!shutdown.is_finished());
    drop(gate);
    assert_eq!(busy.await.unwrap().unwrap().function_error, None);
    shutdown.await.unwrap();
    assert_eq!(bed.lambda.instances(), []);
    bed.lambda.shutdown(Duration::ZERO).await;
    assert_eq!(bed.lambda.deploy(spec()).unwrap_err().to_string(), "echo: shutting down");
}

pub async fn shutdown_kills_what_does_not_finish() {
    let bed = TestBed::with(spec()).await;
    let line = bed.attached().await;
    let (busy, gate) = bed.busy().await;
    assert_eq!(line.pid, gate.pid);
    bed.lambda.shutdown(Duration::from_millis(50)).await;
    assert_unavailable(&busy.await.unwrap());
    line.cut().await;
}

pub async fn dropping_the_last_clone_ends_all() {
    let bed = TestBed::with(spec()).await;
    let line = bed.attached().await;
    drop(bed.clone());
    assert_eq!(bed.pid().await, u64::from(line.pid));
    drop(bed);
    line.cut().await;
}

pub async fn a_killed_parent_leaves_no_process() {
    let gate = Gate::open().await;
    let mut parent = Command::new(std::env::current_exe().unwrap())
        .env(PARENT_TO_BE_KILLED, gate.port.to_string())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let (one, other) = (gate.line().await, gate.line().await);
    assert_ne!(one.pid, other.pid);
    parent.start_kill().unwrap();
    parent.wait().await.unwrap();
    one.cut().await;
    other.cut().await;
}

/// Starts a stack with an instance that is idle and one that is busy, and waits to be killed.
pub fn parent(port: &OsStr) -> ExitCode {
    let port: u16 = port.to_str().unwrap().parse().unwrap();
    crate::testbed::block_on(async {
        let options = Options { reaper: Some(Reaper::start().await.unwrap()), ..Options::default() };
        let bed = TestBed::with_options(spec(), options).await;
        let idle = bed.invoke(json!({ "do": "attach", "port": port }));
        let busy = bed.invoke(json!({ "do": "wait", "port": port }));
        tokio::join!(idle, busy);
    });
    ExitCode::FAILURE
}

pub async fn a_killed_reaper_is_noticed() {
    let reaper = Reaper::start().await.unwrap();
    let mut command = Command::new("sleep");
    reaper.enlist(command.arg("60"));
    let child = command.spawn().unwrap();
    let pid = Pid::from_raw(i32::try_from(child.id().unwrap()).unwrap());
    let leader = getpgid(pid).unwrap().as_raw_nonzero().get();
    kill(u32::try_from(leader).unwrap());
    reaper.ended().await;
}

pub async fn the_reaper_ends_whatever_was_enlisted() {
    let reaper = Reaper::start().await.unwrap();
    let mut command = Command::new("sleep");
    reaper.enlist(command.arg("60"));
    let mut child = command.spawn().unwrap();
    reaper.stop().await;
    assert!(!child.wait().await.unwrap().success());
    reaper.stop().await;
}
