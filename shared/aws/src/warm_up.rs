//! Opening a connection before the first request needs it.

use std::fmt::Display;

/// Makes a first call to `service` while Lambda's init phase gives the function a full CPU: connecting, with TLS, is
/// most of what a first request would otherwise wait for.
///
/// A service that doesn't answer yet fails the requests that need it, not the start, so a failure is only logged.
///
/// ```
/// # async fn example(first_read: impl Future<Output = Result<(), std::io::Error>>) {
/// aws::warm_up("database", first_read).await;
/// # }
/// ```
pub async fn warm_up<T, E: Display>(service: &str, first_call: impl Future<Output = Result<T, E>>) {
    if let Err(error) = first_call.await {
        tracing::warn!(cause = %error, "no connection to the {service} yet");
    }
}
