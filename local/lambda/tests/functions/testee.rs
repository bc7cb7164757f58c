//! The function the tests run: does what the event, or its environment, says.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU32, Ordering};

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};

/// How many events this process has had.
static EVENTS: AtomicU32 = AtomicU32::new(0);

pub fn main() -> ExitCode {
    match std::env::var("TESTEE").as_deref() {
        Ok("exits in init") => return ExitCode::from(7),
        Ok("hangs in init") => loop {
            std::thread::park();
        },
        Ok("reports an init error") => {
            let body = r#"{"errorType":"App.NoKey","errorMessage":"there is no key"}"#;
            call("POST", "/runtime/init/error", "Lambda-Runtime-Function-Error-Type: App.NoKey\r\n", body);
            return ExitCode::FAILURE;
        }
        Ok("exits after its answer") => {
            let (id, _) = next();
            call("POST", &format!("/runtime/invocation/{id}/response"), "", &answer().to_string());
            return ExitCode::SUCCESS;
        }
        Ok("answers wrongly first") => return answer_wrongly_first(),
        _ => {}
    }
    println!("starting");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    match runtime.block_on(lambda_runtime::run(service_fn(handle))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => panic!("{error}"),
    }
}

fn answer() -> Value {
    let version = std::env::var("VERSION").ok();
    json!({ "pid": std::process::id(), "events": EVENTS.load(Ordering::SeqCst), "version": version })
}

async fn handle(event: LambdaEvent<Value>) -> Result<Value, Error> {
    EVENTS.fetch_add(1, Ordering::SeqCst);
    let LambdaEvent { payload, context } = event;
    match payload["do"].as_str() {
        // The test decides when this ends.
        Some("wait") => drop(connect(&payload).read(&mut [0]).unwrap()),
        // The test sees when this process ends.
        Some("attach") => std::mem::forget(connect(&payload)),
        Some("print") => {
            println!("out one");
            eprintln!("err two");
            print!("out three");
            std::io::stdout().flush().unwrap();
        }
        Some("hang") => std::future::pending().await,
        Some("exit") => std::process::exit(3),
        Some("panic") => panic!("not this one"),
        Some("fail") => return Err("no such thing".into()),
        Some("large") => return Ok(Value::String("x".repeat(7 << 20))),
        Some("allocate") => drop(std::hint::black_box(vec![1_u8; 96 << 20])),
        Some("environment") => return Ok(json!(std::env::vars().collect::<std::collections::BTreeMap<_, _>>())),
        Some("context") => return Ok(serde_json::to_value(context)?),
        Some("echo") => return Ok(payload),
        _ => {}
    }
    Ok(answer())
}

fn connect(payload: &Value) -> TcpStream {
    let port = u16::try_from(payload["port"].as_u64().unwrap()).unwrap();
    let mut connection = TcpStream::connect(("127.0.0.1", port)).unwrap();
    connection.write_all(&std::process::id().to_le_bytes()).unwrap();
    connection
}

/// Without the client, which never does this.
fn answer_wrongly_first() -> ExitCode {
    let (id, _) = next();
    let respond = |id: &str, body: &str| call("POST", &format!("/runtime/invocation/{id}/response"), "", body).0;
    let wrong = respond("11111111-1111-4111-8111-111111111111", "1");
    let right = respond(&id, &json!({ "wrong": wrong, "unknown": call("GET", "/nonsense", "", "").0 }).to_string());
    let again = respond(&id, "2");
    let (id, _) = next();
    respond(&id, &json!({ "right": right, "again": again }).to_string());
    next();
    ExitCode::SUCCESS
}

fn next() -> (String, String) {
    let (status, head, body) = call("GET", "/runtime/invocation/next", "", "");
    assert_eq!(status, 200);
    EVENTS.fetch_add(1, Ordering::SeqCst);
    let id = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("lambda-runtime-aws-request-id").then(|| value.trim().to_owned())
    });
    (id.unwrap(), body)
}

fn call(method: &str, path: &str, headers: &str, body: &str) -> (u16, String, String) {
    let api = std::env::var("AWS_LAMBDA_RUNTIME_API").unwrap();
    let (address, base) = api.strip_prefix("http://").unwrap().split_once('/').unwrap();
    super::testbed::http(
        address,
        &format!(
            "{method} /{base}/2018-06-01{path} HTTP/1.1\r\nHost: lambda\r\nConnection: close\r\n{headers}\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        ),
    )
}
