//! `cargo local --only backends`, beside a program that runs the functions: here, the test. Its threads are several, as it
//! waits for programs that wait for it.
#![allow(clippy::unwrap_used)] // tests report by panicking

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use reqwest::Client;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Longer than anything takes; a test that waits for it has failed.
const PATIENCE: Duration = Duration::from_secs(30);

const SIGNATURE: &str = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/any/aws4_request, Signature=none";

fn local(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_local"));
    command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).stdin(Stdio::piped());
    command
}

/// What it says and how it ends.
fn refused(arguments: &[&str]) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } = local(arguments).output().unwrap();
    (status.code(), String::from_utf8([stdout, stderr].concat()).unwrap())
}

/// Backends that run until this is dropped.
struct Backends {
    program: Child,
    lines: Receiver<String>,
    url: String,
    folder: tempfile::TempDir,
}

impl Backends {
    fn start(endpoint: SocketAddr) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (data, endpoint) = (folder.path().to_str().unwrap(), format!("http://{endpoint}"));
        let arguments = ["--only", "backends", "--port", "0", "--data-dir", data, "--stop-on-stdin-close"];
        let mut command = local(&arguments);
        let mut program = command.args(["--lambda-endpoint", &endpoint]).stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(program.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let mut backends = Self { program, lines, url: String::new(), folder };
        let ready = backends.told(" is ready ");
        ready.trim().split(' ').next().unwrap().clone_into(&mut backends.url);
        backends
    }

    /// Waits for a line of output.
    fn told(&self, text: &str) -> String {
        loop {
            let line = self.lines.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("not told: {text}"));
            if line.contains(text) {
                return line;
            }
        }
    }

    async fn send(&self, path: &str, headers: &[(&str, &str)], body: Value) -> (u16, Value) {
        let mut request = Client::builder().no_proxy().build().unwrap().post(format!("{}{path}", self.url)).json(&body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// What each function is told, as `cargo lambda watch` calls them.
    fn environments(&self) -> Value {
        let text = std::fs::read(self.folder.path().join("functions/environment.json")).unwrap();
        serde_json::from_slice(&text).unwrap()
    }
}

impl Drop for Backends {
    fn drop(&mut self) {
        drop(self.program.stdin.take());
        let _ = self.program.wait();
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
    backends.told("no functions at");
    let message = json!({"QueueUrl": "http://sqs/000000000000/NotificationsQueue", "MessageBody": "hello"});
    let headers = [("x-amz-target", "AmazonSQS.SendMessage"), ("authorization", SIGNATURE)];
    assert_eq!(backends.send("/", &headers, message).await.0, 200);

    let mut calls = engine(address).await;
    let (called, event) = tokio::time::timeout(PATIENCE, calls.recv()).await.unwrap().unwrap();
    assert_eq!((called, event["Records"][0]["body"].as_str()), (path("notify"), Some("hello")));
    assert_eq!(event["Records"][0]["attributes"]["ApproximateReceiveCount"], "1", "it was not received in vain");
    backends.told("functions are called at");
}

#[tokio::test(flavor = "multi_thread")]
async fn functions_find_each_other_and_commands_and_schedules_find_them() {
    let address = nowhere().await;
    let mut calls = engine(address).await;
    let backends = Backends::start(address);
    let payload = json!({"a": 1});
    let answer = backends.send(&path("ReserveStockFunction"), &[("authorization", SIGNATURE)], payload.clone()).await;
    assert_eq!(answer, (200, json!({"done": true})));
    assert_eq!(calls.recv().await.unwrap(), (path("reserve-stock"), payload));

    let schedule = "/_local/schedules/ReleaseExpiredReservationsFunction/run";
    assert_eq!(backends.send(schedule, &[("x-local-stack", "1")], json!({})).await, (200, json!({"done": true})));
    assert_eq!(calls.recv().await.unwrap().0, path("release-expired-reservations"));

    let port = backends.url.rsplit(':').next().unwrap();
    let invoked = refused(&["invoke", "ReserveStockFunction", r#"{"b":2}"#, "--port", port]);
    assert_eq!(invoked, (Some(0), "{\"done\":true}\n".to_owned()));
    assert_eq!(calls.recv().await.unwrap(), (path("reserve-stock"), json!({"b": 2})));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_is_not_here() {
    let backends = Backends::start(nowhere().await);
    let (status, answer) = backends.send("/api/users/login", &[], json!({})).await;
    assert_eq!((status, answer["error"].as_str().unwrap().starts_with("only backends")), (404, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn functions_behind_the_authorizer_get_the_key_and_no_others() {
    let environments = Backends::start(nowhere().await).environments();
    for (function, guarded) in [("get-me", true), ("create-order", true), ("register", false), ("notify", false)] {
        assert_eq!(environments[function]["JWT_KEY"].is_string(), guarded, "{function}");
        assert_eq!(environments[function]["JWT_KEY_ID"].is_string(), guarded, "{function}");
    }
    assert_eq!(environments["get-me"]["USERS_TABLE"], "UsersTable");
}

#[test]
fn what_only_functions_need_is_refused_where_there_are_none() {
    for option in ["--no-build", "--release", "--no-watch", "--no-demo", "--logs"] {
        let (code, output) = refused(&["--only", "backends", option]);
        assert_eq!(code, Some(2), "{output}");
        assert!(output.contains(&format!("'--only <PART>' cannot be used with '{option}'")), "{output}");
    }
    for option in [["--engine", "sam"], ["--lambda-endpoint", "http://127.0.0.1:9000"], ["--host", "127.0.0.1"]] {
        let (code, output) = refused(&option);
        assert_eq!(code, Some(2), "{output}");
        assert!(output.contains("--only <PART>"), "{output}");
    }
}

#[test]
fn addresses_that_make_no_sense_are_told() {
    let backends = ["--only", "backends", "--port", "0"];
    let (code, output) = refused(&[&backends[..], &["--host", "0.0.0.0"]].concat());
    let told = "error: --host 0.0.0.0 is no address that functions could reach this machine at\n";
    assert_eq!((code, output.as_str()), (Some(1), told));
    let (code, output) = refused(&[&backends[..], &["--lambda-endpoint", "localhost:9000"]].concat());
    let told = "error: localhost:9000 is no URL of an Invoke API; it looks like http://127.0.0.1:9000\n";
    assert_eq!((code, output.as_str()), (Some(1), told));
}
