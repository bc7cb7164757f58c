//! Requests that are no good HTTP, on the port that every service shares.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use crate::program::{PATIENCE, SIGNATURE};
use crate::{Backends, NOWHERE};

/// Bodies that can't be read to their end, with the header that frames them.
const BROKEN: [(&str, &str); 8] = [
    ("Transfer-Encoding: chunked", "zz\r\n"),
    ("Transfer-Encoding: chunked", "2\r\n{}"),
    ("Transfer-Encoding: chunked", "2\r\n{}zz\r\n0\r\n\r\n"),
    ("Transfer-Encoding: chunked", "-2\r\n{}\r\n0\r\n\r\n"),
    ("Transfer-Encoding: chunked", "fffffffffffffffff\r\n{}\r\n0\r\n\r\n"),
    ("Transfer-Encoding: chunked", "5\r\n{}"),
    ("Content-Length: 100", "{}"),
    ("Content-Length: 1", ""),
];

fn connect(backends: &Backends) -> TcpStream {
    let stream = TcpStream::connect(backends.program.url.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Sends bytes, and gives status and body of the answer.
fn send(backends: &Backends, request: &str, ends: bool) -> (u16, String) {
    let mut stream = connect(backends);
    stream.write_all(request.as_bytes()).unwrap();
    if ends {
        stream.shutdown(Shutdown::Write).unwrap();
    }
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{request:.200?}: {answer:?}"));
    (head[9..12].parse().unwrap(), body.to_owned())
}

#[test]
fn a_body_that_is_broken_is_a_bad_request_to_whichever_service() {
    let backends = Backends::start(NOWHERE.into());
    let (name, signature) = SIGNATURE;
    let aws = r#"{"__type":"SerializationException","message":"the body can't be read"}"#;
    let own = r#"{"error":"the body can't be read"}"#;
    for (target, header, told) in [
        ("/", format!("X-Amz-Target: DynamoDB_20120810.ListTables\r\n{name}: {signature}"), aws),
        ("/", format!("X-Amz-Target: AmazonSQS.ListQueues\r\n{name}: {signature}"), aws),
        ("/", format!("X-Amz-Target: secretsmanager.GetSecretValue\r\n{name}: {signature}"), aws),
        ("/2015-03-31/functions/upload/invocations", format!("{name}: {signature}"), aws),
        ("/_local/dynamodb/faults", "x-local-stack: 1".to_owned(), own),
        ("/_local/no-such-control", "x-local-stack: 1".to_owned(), own),
        ("/no-such-route", "x: y".to_owned(), own),
    ] {
        for (framing, body) in BROKEN {
            let request = format!("POST {target} HTTP/1.1\r\nHost: localhost\r\n{header}\r\n{framing}\r\n\r\n{body}");
            assert_eq!(send(&backends, &request, true), (400, told.to_owned()), "{request}");
        }
    }
    let whole = format!(
        "POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: DynamoDB_20120810.ListTables\r\n{name}: {signature}\r\n\
         Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n1;a=b\r\n{{\r\n1\r\n}}\r\n0\r\nX-Trailer: 1\r\n\r\n"
    );
    assert_eq!(send(&backends, &whole, false).0, 200);
}

/// Pieces that are sent one after the other, as a slow client does.
#[test]
fn a_body_may_come_in_any_pieces() {
    let backends = Backends::start(NOWHERE.into());
    let (name, signature) = SIGNATURE;
    let head = format!(
        "POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: DynamoDB_20120810.ListTables\r\n{name}: {signature}\r\n\
         Connection: close\r\n"
    );
    let continued = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n";
    for (framing, answered) in
        [("", "HTTP/1.1 200 OK\r\n"), ("Expect: 100-continue\r\n", continued), ("Expect: 100-Continue\r\n", continued)]
    {
        let mut stream = connect(&backends);
        write!(stream, "{head}{framing}Transfer-Encoding: chunked\r\n\r\n").unwrap();
        for byte in "1\r\n{\r\n1\r\n}\r\n0\r\n\r\n".bytes() {
            std::thread::sleep(Duration::from_millis(5));
            stream.write_all(&[byte]).unwrap();
        }
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with(answered), "{framing}: {answer}");
    }
}

/// However it is framed, and whatever comes after the limit.
#[test]
fn a_body_that_is_too_long_is_told_so() {
    let backends = Backends::start(NOWHERE.into());
    let megabyte = "x".repeat(1024 * 1024);
    let chunks = format!("100000\r\n{megabyte}\r\n").repeat(11);
    for (framing, body) in [
        ("Content-Length: 11534336", megabyte.repeat(11)),
        ("Transfer-Encoding: chunked", format!("{chunks}0\r\n\r\n")),
        ("Transfer-Encoding: chunked", format!("{chunks}zz\r\n")),
    ] {
        let request = format!(
            "POST /_local/no-such-control HTTP/1.1\r\nHost: localhost\r\nx-local-stack: 1\r\nConnection: close\r\n\
             {framing}\r\n\r\n{body}"
        );
        let told = r#"{"error":"the body is too long"}"#;
        assert_eq!(send(&backends, &request, false), (413, told.to_owned()), "{framing}");
    }
}

/// Two lengths, or a length beside chunks, could be two requests to someone else.
#[test]
fn a_connection_ends_after_a_body_of_doubtful_length() {
    let backends = Backends::start(NOWHERE.into());
    let second = "GET /_local/functions HTTP/1.1\r\nHost: localhost\r\nx-local-stack: 1\r\nConnection: close\r\n\r\n";
    for (framing, status) in [
        ("Content-Length: 2\r\nTransfer-Encoding: chunked", 404),
        ("Transfer-Encoding: chunked\r\nContent-Length: 2", 404),
        ("Content-Length: 0\r\nContent-Length: 2", 400),
        ("Content-Length: 2, 2", 400),
        ("Content-Length: +2", 400),
        ("Transfer-Encoding: chunked, identity", 400),
        ("Transfer-Encoding: xchunked", 400),
    ] {
        let request = format!(
            "POST /_local/no-such-control HTTP/1.1\r\nHost: localhost\r\nx-local-stack: 1\r\n{framing}\r\n\r\n0\r\n\r\n{second}"
        );
        let (answered, rest) = send(&backends, &request, false);
        assert_eq!((answered, rest.contains("HTTP/1.1")), (status, false), "{framing}: {rest}");
    }
}

#[test]
fn a_request_has_one_host() {
    let backends = Backends::start(NOWHERE.into());
    for hosts in ["", "Host: localhost\r\nHost: evil.example\r\n", "Host: localhost\r\nhost: localhost\r\n"] {
        for target in ["/", "/_local/functions", "/2015-03-31/functions"] {
            let request = format!("GET {target} HTTP/1.1\r\n{hosts}x-local-stack: 1\r\nConnection: close\r\n\r\n");
            assert_eq!(send(&backends, &request, false), (400, r#"{"message":"Bad Request"}"#.to_owned()), "{request}");
        }
    }
    let request = "GET /_local/functions HTTP/1.1\r\nHost: localhost\r\nx-local-stack: 1\r\nConnection: close\r\n\r\n";
    assert_eq!(send(&backends, request, false).0, 200);
}

/// The stories of requests are where the functions run, and so is the console.
#[test]
fn the_console_is_not_here_and_says_why() {
    let backends = Backends::start(NOWHERE.into());
    let get = |target: &str| {
        send(&backends, &format!("GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"), false)
    };
    let (status, body) = get("/_local/");
    assert!(status == 404 && body.contains("no console under --only backends"), "{body}");
    assert_eq!(get("/").0, 404);
}
