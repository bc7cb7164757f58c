//! The executable under test.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use reqwest::Client;
use serde_json::Value;

/// Longer than anything takes; a test that waits for it has failed.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The header that requests to the AWS services are signed with.
pub const SIGNATURE: (&str, &str) =
    ("authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/any/aws4_request, Signature=none");

fn local(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_local"));
    command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).stdin(Stdio::piped());
    // Each copy of a workspace builds into its own folder: in a common one they would replace each other's binaries.
    command.env_remove("CARGO_TARGET_DIR");
    command
}

/// Runs it to its end: its exit code, and what it writes on both outputs.
pub fn run(arguments: &[&str]) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } = local(arguments).output().unwrap();
    (status.code(), String::from_utf8([stdout, stderr].concat()).unwrap())
}

/// A command that goes on until this is dropped.
#[allow(dead_code, reason = "each test file uses its own part")]
pub struct Following {
    child: Child,
    lines: Receiver<String>,
}

/// Starts a command that goes on.
#[allow(dead_code, reason = "each test file uses its own part")]
pub fn follow(arguments: &[&str]) -> Following {
    let mut child = local(arguments).stdout(Stdio::piped()).spawn().unwrap();
    let lines = lines(&mut child);
    Following { child, lines }
}

impl Following {
    /// Its next line, if it comes in time.
    #[allow(dead_code, reason = "each test file uses its own part")]
    pub fn next_line_within(&mut self, patience: Duration) -> Option<String> {
        self.lines.recv_timeout(patience).ok()
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The lines that a child writes.
fn lines(child: &mut Child) -> Receiver<String> {
    let output = BufReader::new(child.stdout.take().unwrap());
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
    lines
}

/// A stack that runs until this is dropped.
pub struct Program {
    child: Child,
    lines: Receiver<String>,
    /// Where it serves.
    pub url: String,
}

impl Program {
    /// Starts it on a free port and waits until it is ready.
    pub fn start(data: &Path, arguments: &[&str]) -> Self {
        let options = [OsStr::new("--port"), "0".as_ref(), "--stop-on-stdin-close".as_ref(), "--data-dir".as_ref()];
        let mut command = local(&[]);
        command.args(options).arg(data).args(arguments).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = lines(&mut child);
        Self { child, lines, url: String::new() }
    }

    /// Waits until it is ready, and gives what it said before.
    pub fn ready(&mut self) -> Vec<String> {
        let mut before = Vec::new();
        loop {
            let line = self.next_line(" is ready ");
            if line.contains(" is ready ") {
                line.trim().split(' ').next().unwrap().clone_into(&mut self.url);
                return before;
            }
            before.push(line);
        }
    }

    /// Waits for a line of output.
    pub fn told(&self, text: &str) -> String {
        loop {
            let line = self.next_line(text);
            if line.contains(text) {
                return line;
            }
        }
    }

    fn next_line(&self, wanted: &str) -> String {
        self.lines.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("not told: {wanted}"))
    }

    /// The port it serves on.
    pub fn port(&self) -> &str {
        self.url.rsplit(':').next().unwrap()
    }

    /// Sends a request and gives status and body of the answer.
    pub async fn send(&self, path: &str, headers: &[(&str, &str)], body: impl Into<reqwest::Body>) -> (u16, Value) {
        let mut request = Client::builder().no_proxy().build().unwrap().post(format!("{}{path}", self.url)).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// Sends a request with an empty object to a control, and does not mind what becomes of it.
    #[allow(dead_code, reason = "each test file uses its own part")]
    pub fn started(&self, control: &str) -> tokio::task::JoinHandle<()> {
        let request = Client::builder().no_proxy().build().unwrap().post(format!("{}{control}", self.url)).body("{}");
        tokio::spawn(async move { drop(request.header("x-local-stack", "1").send().await) })
    }

    /// Ends it with `kill -9`.
    #[allow(dead_code, reason = "each test file uses its own part")]
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Puts a message on a queue.
    pub async fn send_message(&self, queue: &str, body: &str) {
        let message = serde_json::json!({"QueueUrl": format!("http://sqs/000000000000/{queue}"), "MessageBody": body});
        let headers = [SIGNATURE, ("x-amz-target", "AmazonSQS.SendMessage")];
        assert_eq!(self.send("/", &headers, message.to_string()).await.0, 200);
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
