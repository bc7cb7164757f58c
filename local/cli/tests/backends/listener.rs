//! Requests that are no good HTTP, on the port that every service shares.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};

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

/// Sends bytes, and gives status and body of the answer.
fn send(backends: &Backends, request: &str, ends: bool) -> (u16, String) {
    let mut stream = TcpStream::connect(backends.program.url.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    if ends {
        stream.shutdown(Shutdown::Write).unwrap();
    }
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{request:?}: {answer:?}"));
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
