//! The floor: the Runtime API over a socket, with the standard library alone.

use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpStream;

const ANSWER: &str = r#"{"statusCode":200,"body":"{\"hello\":\"world\"}"}"#;

fn main() -> io::Result<()> {
    let host = std::env::var("AWS_LAMBDA_RUNTIME_API").map_err(io::Error::other)?;
    let stream = TcpStream::connect(&host)?;
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream;
    loop {
        write!(writer, "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: {host}\r\n\r\n")?;
        let id = read(&mut reader)?;
        let request = format!(
            "POST /2018-06-01/runtime/invocation/{id}/response HTTP/1.1\r\nHost: {host}\r\nContent-Length: {}\r\n\r\n{ANSWER}",
            ANSWER.len()
        );
        writer.write_all(request.as_bytes())?;
        read(&mut reader)?;
    }
}

/// Reads an answer to its end, and gives the request id that it carries.
fn read(reader: &mut impl BufRead) -> io::Result<String> {
    let (mut id, mut length) = (String::new(), 0_usize);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let line = line.trim_end();
        if line.is_empty() {
            let mut body = vec![0; length];
            reader.read_exact(&mut body)?;
            return Ok(id);
        }
        if let Some((name, value)) = line.split_once(": ") {
            if name.eq_ignore_ascii_case("lambda-runtime-aws-request-id") {
                id = value.to_owned();
            } else if name.eq_ignore_ascii_case("content-length") {
                length = value.parse().map_err(io::Error::other)?;
            }
        }
    }
}
