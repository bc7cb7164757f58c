//! What the tests are built of: a stack with its log, and lines into its functions.

use std::future::Future;
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use local_lambda::{FunctionSpec, Invocation, Invoke, InvokeError, Lambda, Options};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Longer than anything takes; a test that waits for it has failed.
const PATIENCE: Duration = Duration::from_secs(20);

pub fn block_on(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(PATIENCE, test).await.expect("the test does not end") });
}

/// The function `echo`: this executable, which is a function when it is started as one.
pub fn spec() -> FunctionSpec {
    FunctionSpec {
        logical_id: "EchoFunction".to_owned(),
        name: "echo".to_owned(),
        arn: "arn:aws:lambda:us-east-1:000000000000:function:echo".to_owned(),
        alias: Some("live".to_owned()),
        executable: std::env::current_exe().unwrap(),
        memory_mb: 512,
        timeout: PATIENCE,
        environment: [].into(),
        reserved_concurrency: None,
        event_invoke: Default::default(),
    }
}

/// `echo` with this in its environment.
pub fn spec_with(name: &str, value: &str) -> FunctionSpec {
    FunctionSpec { environment: [(name.to_owned(), value.to_owned())].into(), ..spec() }
}

#[derive(Clone)]
pub struct TestBed {
    pub lambda: Lambda,
    log: watch::Receiver<Vec<String>>,
}

impl TestBed {
    /// A stack with one function.
    pub async fn with(spec: FunctionSpec) -> Self {
        Self::with_options(spec, Options::default()).await
    }

    pub async fn with_options(spec: FunctionSpec, options: Options) -> Self {
        let (sink, log) = watch::channel(Vec::new());
        let sink = move |function: &str, line: &str| {
            assert_eq!(function, "echo");
            sink.send_modify(|lines: &mut Vec<String>| lines.push(line.to_owned()));
        };
        let lambda = Lambda::start(Options { log: Arc::new(sink), ..options }).await.unwrap();
        lambda.deploy(spec).unwrap();
        Self { lambda, log }
    }

    /// Invokes `echo`.
    pub async fn try_invoke(&self, event: Value) -> Result<Invocation, InvokeError> {
        self.lambda.invoke("echo", Bytes::from(event.to_string())).await
    }

    pub async fn invoke(&self, event: Value) -> Invocation {
        self.try_invoke(event).await.unwrap()
    }

    /// Invokes `echo`, which answers without an error.
    pub async fn invoke_ok(&self, event: Value) -> Value {
        let invocation = self.invoke(event).await;
        assert_eq!(invocation.function_error, None, "{:?}", invocation.payload);
        serde_json::from_slice(&invocation.payload).unwrap()
    }

    /// The process that serves the next invocation, which it does at once.
    pub async fn pid(&self) -> u64 {
        self.invoke_ok(json!({})).await["pid"].as_u64().unwrap()
    }

    /// Starts an invocation that goes on until the line is dropped.
    pub async fn busy(&self) -> (tokio::task::JoinHandle<Result<Invocation, InvokeError>>, Line) {
        let gate = Gate::open().await;
        let event = json!({ "do": "wait", "port": gate.port });
        let bed = self.clone();
        let invocation = tokio::spawn(async move { bed.try_invoke(event).await });
        (invocation, gate.line().await)
    }

    /// A line into the process that serves the next invocation.
    pub async fn attached(&self) -> Line {
        let gate = Gate::open().await;
        self.invoke_ok(json!({ "do": "attach", "port": gate.port })).await;
        gate.line().await
    }

    pub fn log(&self) -> Vec<String> {
        self.log.borrow().clone()
    }

    /// Waits until the log has this many lines like that.
    pub async fn logged(&self, count: usize, is_meant: impl Fn(&str) -> bool) {
        let enough = |lines: &Vec<String>| lines.iter().filter(|line| is_meant(line)).count() >= count;
        self.log.clone().wait_for(enough).await.unwrap();
    }
}

pub fn pid_of(invocation: &Invocation) -> u64 {
    serde_json::from_slice::<Value>(&invocation.payload).unwrap()["pid"].as_u64().unwrap()
}

/// Where functions connect to.
pub struct Gate {
    listener: TcpListener,
    pub port: u16,
}

impl Gate {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        Self { listener, port }
    }

    pub async fn line(&self) -> Line {
        let (mut connection, _) = self.listener.accept().await.unwrap();
        let pid = connection.read_u32_le().await.unwrap();
        Line { connection, pid }
    }
}

/// A connection from a function's process.
pub struct Line {
    connection: TcpStream,
    pub pid: u32,
}

impl Line {
    /// Waits for the end of the process.
    pub async fn cut(mut self) {
        match self.connection.read(&mut [0]).await {
            Ok(0) => {}
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => {}
            other => panic!("{other:?}"),
        }
    }
}

/// One request, as text, on a connection of its own.
pub fn http(address: &str, request: &str) -> (u16, String, String) {
    let mut connection = std::net::TcpStream::connect(address.parse::<SocketAddr>().unwrap()).unwrap();
    connection.write_all(request.as_bytes()).unwrap();
    let mut response = String::new();
    connection.read_to_string(&mut response).unwrap();
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, head.to_owned(), body.to_owned())
}

/// A process's end with SIGKILL.
pub fn kill(pid: u32) {
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
}
