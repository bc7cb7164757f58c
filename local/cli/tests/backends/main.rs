//! `cargo local --only backends`, beside a program that runs the functions: here, the test. Its threads are several, as it
//! waits for programs that wait for it.
#![allow(clippy::unwrap_used)] // tests report by panicking

mod aws_tools;
mod commands;
mod data_folder;
mod listener;
#[path = "../program/mod.rs"]
mod program;
mod snapshots;
mod stopping;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use program::{PATIENCE, Program, SIGNATURE, run};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

const TEMPLATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/backends.yaml");

/// Nothing listens there: no function is called.
const NOWHERE: ([u8; 4], u16) = ([127, 0, 0, 1], 9);

/// Backends that run until this is dropped.
struct Backends {
    program: Program,
    data: PathBuf,
    _folder: Option<tempfile::TempDir>,
}

impl Backends {
    fn start(endpoint: SocketAddr) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        Self { _folder: Some(folder), ..Self::start_with(&data, endpoint) }
    }

    fn start_in(data: &Path) -> Self {
        Self::start_with(data, NOWHERE.into())
    }

    fn start_with(data: &Path, endpoint: SocketAddr) -> Self {
        let endpoint = format!("http://{endpoint}");
        let options = ["--template", TEMPLATE, "--only", "backends", "--lambda-endpoint", &endpoint];
        let mut program = Program::start(data, &options);
        program.ready();
        Self { program, data: data.to_owned(), _folder: None }
    }

    /// The environment of each function, by the names that `cargo lambda watch` has for them.
    fn environments(&self) -> Value {
        let text = std::fs::read(self.data.join("functions/environment.json")).unwrap();
        serde_json::from_slice(&text).unwrap()
    }
}

/// An Invoke API at an address, which tells of each call and answers all with `{"done":true}`.
async fn engine(address: SocketAddr) -> UnboundedReceiver<(String, Value)> {
    let listener = TcpListener::bind(address).await.unwrap();
    let (sender, calls) = unbounded_channel();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let sender = sender.clone();
            let service = service_fn(move |request: Request<hyper::body::Incoming>| {
                let sender = sender.clone();
                async move {
                    let path = request.uri().path().to_owned();
                    let body = request.into_body().collect().await?.to_bytes();
                    let _ = sender.send((path, serde_json::from_slice(&body).unwrap()));
                    Ok::<_, hyper::Error>(Response::new(Full::new(Bytes::from(r#"{"done":true}"#))))
                }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    calls
}

/// Bound and let go: nothing listens there.
async fn nowhere() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

fn path(function: &str) -> String {
    format!("/2015-03-31/functions/{function}/invocations")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_waits_for_the_program_that_runs_the_functions() {
    let address = nowhere().await;
    let backends = Backends::start(address);
    backends.program.told("no functions at");
    backends.program.send_message("Pictures", "hello").await;

    let mut calls = engine(address).await;
    let (called, event) = tokio::time::timeout(PATIENCE, calls.recv()).await.unwrap().unwrap();
    assert_eq!((called, event["Records"][0]["body"].as_str()), (path("resize"), Some("hello")));
    assert_eq!(event["Records"][0]["attributes"]["ApproximateReceiveCount"], "1", "it was not received in vain");
    backends.program.told("functions are called at");
}

#[tokio::test(flavor = "multi_thread")]
async fn functions_find_each_other_and_commands_and_schedules_find_them() {
    let address = nowhere().await;
    let mut calls = engine(address).await;
    let backends = Backends::start(address);
    let payload = json!({"a": 1});
    let answer = backends.program.send(&path("UploadFunction"), &[SIGNATURE], payload.to_string()).await;
    assert_eq!(answer, (200, json!({"done": true})));
    assert_eq!(calls.recv().await.unwrap(), (path("upload"), payload));

    let schedule = "/_local/schedules/CleanUpFunction/run";
    assert_eq!(backends.program.send(schedule, &[("x-local-stack", "1")], "").await, (200, json!({"done": true})));
    assert_eq!(calls.recv().await.unwrap().0, path("clean-up"));

    let invoked = run(&["invoke", "UploadFunction", r#"{"b":2}"#, "--port", backends.program.port()]);
    assert_eq!(invoked, (Some(0), "{\"done\":true}\n".to_owned()));
    assert_eq!(calls.recv().await.unwrap(), (path("upload"), json!({"b": 2})));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_is_not_here() {
    let backends = Backends::start(nowhere().await);
    let (status, answer) = backends.program.send("/pictures", &[], "{}").await;
    assert_eq!((status, answer["error"].as_str().unwrap().starts_with("only backends")), (404, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn functions_behind_the_authorizer_and_no_others_are_told_where_its_public_keys_are() {
    let backends = Backends::start(nowhere().await);
    let environments = backends.environments();
    assert!(environments["upload"]["JWKS_URL"].as_str().unwrap().ends_with("/.well-known/jwks.json"));
    for function in ["resize", "authorize", "public-keys"] {
        assert_eq!(environments[function].get("JWKS_URL"), None, "{function}");
    }
    // An SDK that sends to the URL of a queue arrives.
    assert_eq!(environments["upload"]["PICTURES_URL"], format!("{}/000000000000/Pictures", backends.program.url));
}

#[test]
fn what_only_functions_need_is_refused_where_there_are_none() {
    for option in ["--no-build", "--release", "--no-watch", "--no-seed", "--logs"] {
        let (code, output) = run(&["--only", "backends", option]);
        assert_eq!(code, Some(2), "{output}");
        assert!(output.contains(&format!("'--only <PART>' cannot be used with '{option}'")), "{output}");
    }
    for option in [["--engine", "sam"], ["--lambda-endpoint", "http://127.0.0.1:9000"], ["--host", "127.0.0.1"]] {
        let (code, output) = run(&option);
        assert_eq!(code, Some(2), "{output}");
        assert!(output.contains("--only <PART>"), "{output}");
    }
}

#[test]
fn addresses_that_make_no_sense_are_told() {
    let backends = ["--only", "backends", "--port", "0"];
    let (code, output) = run(&[&backends[..], &["--host", "0.0.0.0"]].concat());
    let told = "error: --host 0.0.0.0 is no name or address of this machine that functions could use\n";
    assert_eq!((code, output.as_str()), (Some(1), told));
    let (code, output) = run(&[&backends[..], &["--lambda-endpoint", "localhost:9000"]].concat());
    let told = "error: localhost:9000 is no URL of an Invoke API; it looks like http://127.0.0.1:9000\n";
    assert_eq!((code, output.as_str()), (Some(1), told));
}
