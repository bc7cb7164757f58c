//! What both functions need of Lambda's Runtime API and of HTTP, with the standard library alone.

use std::env::var;
use std::io::{self, Read, Write};
use std::net::TcpStream;

/// Answers every event with what `handle` makes of it: JSON.
pub fn serve(handle: impl Fn(&str) -> io::Result<String>) -> io::Result<()> {
    let api = var("AWS_LAMBDA_RUNTIME_API").map_err(io::Error::other)?;
    let invocations = format!("http://{api}/2018-06-01/runtime/invocation");
    loop {
        let (head, event) = request("GET", &format!("{invocations}/next"), &[], "")?;
        let id = head
            .lines()
            .find_map(|line| line.to_lowercase().strip_prefix("lambda-runtime-aws-request-id: ").map(str::to_owned));
        let id = id.ok_or_else(|| io::Error::other("an invocation without an id"))?;
        request("POST", &format!("{invocations}/{id}/response"), &[], &handle(&event)?)?;
    }
}

/// Puts a message on a queue.
pub fn send_message(queue_url: &str, body: &str) -> io::Result<()> {
    let credential =
        format!("{}/20260101/us-east-1/sqs/aws4_request", var("AWS_ACCESS_KEY_ID").map_err(io::Error::other)?);
    let signature = format!("AWS4-HMAC-SHA256 Credential={credential}, Signature=none");
    let headers = [("Authorization", signature.as_str()), ("X-Amz-Target", "AmazonSQS.SendMessage")];
    let message = format!(r#"{{"QueueUrl":"{queue_url}","MessageBody":"{body}"}}"#);
    let endpoint = var("AWS_ENDPOINT_URL").map_err(io::Error::other)?;
    let (head, answer) = request("POST", &format!("{endpoint}/"), &headers, &message)?;
    if head.starts_with("HTTP/1.1 200") { Ok(()) } else { Err(io::Error::other(answer)) }
}

/// The text of the first `body` in an event. These events have no other, and their bodies nothing to unescape.
pub fn body(event: &str) -> &str {
    event.split_once(r#""body":""#).and_then(|(_, rest)| rest.split_once('"')).map_or("", |(body, _)| body)
}

/// Sends a request and gives the head and the body of the answer.
fn request(method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> io::Result<(String, String)> {
    let (host, path) = url.trim_start_matches("http://").split_once('/').unwrap_or((url, ""));
    let mut stream = TcpStream::connect(host)?;
    write!(
        stream,
        "{method} /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {}\r\n",
        body.len()
    )?;
    for (name, value) in headers {
        write!(stream, "{name}: {value}\r\n")?;
    }
    write!(stream, "\r\n{body}")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    Ok((head.to_owned(), body.to_owned()))
}
