//! How this program speaks HTTP to a running stack.

use reqwest::Client;

/// The `Authorization` header of requests to the AWS services. The stack wants to see a signature (Signature Version 4)
/// and does not check it: only this machine reaches it.
pub const SIGNATURE: &str =
    "AWS4-HMAC-SHA256 Credential=operator/20260101/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=none";

/// The header of an answer of the Invoke API if the function failed.
pub const FUNCTION_ERROR: &str = "x-amz-function-error";

/// An HTTP client for this machine: it asks no proxy.
pub fn http() -> Client {
    // Fails only where TLS can't be set up, and there is none.
    Client::builder().no_proxy().build().unwrap_or_default()
}
