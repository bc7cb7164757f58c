//! How this program speaks HTTP to a running stack.

use reqwest::Client;
use reqwest::redirect::Policy;

/// The `Authorization` header of requests to the AWS services. The stack wants to see a signature (Signature Version 4)
/// and does not check it: only this machine reaches it.
pub const SIGNATURE: &str =
    "AWS4-HMAC-SHA256 Credential=operator/20260101/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=none";

/// The header of an answer of the Invoke API if the function failed.
pub const FUNCTION_ERROR: &str = "x-amz-function-error";

/// An HTTP client for this machine: it asks no proxy and follows no redirection to another.
pub fn http() -> Client {
    // Fails only where TLS can't be set up, and there is none.
    Client::builder().no_proxy().redirect(Policy::none()).build().unwrap_or_default()
}

#[cfg(test)]
pub mod testing {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    /// The port of a server that is no stack: it gives one request this answer.
    pub fn answering(answer: &'static str) -> u16 {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            let (mut client, _) = listener.accept().unwrap();
            let _ = client.read(&mut [0; 4096]).unwrap();
            client.write_all(answer.as_bytes()).unwrap();
        });
        port
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_redirection_is_an_answer_and_not_followed() {
        let port =
            testing::answering("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n");
        let answer = http().get(format!("http://127.0.0.1:{port}/")).send().await.unwrap();
        assert_eq!(answer.status(), 302);
    }
}
