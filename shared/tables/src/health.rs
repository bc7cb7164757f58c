//! The response of a service's health endpoint: whether its database responds.

use std::future::Future;
use std::time::Duration;

use envelope::{Failure, Reply, Service, timestamp};
use serde_json::json;

use crate::StoreError;

/// A database that takes longer counts as disconnected.
const TIMEOUT: Duration = Duration::from_secs(3);

/// 200 if `ping` succeeds within 3 seconds, otherwise 503.
///
/// # Errors
/// The 503, with the same fields in its details.
pub async fn health(service: Service, ping: impl Future<Output = Result<(), StoreError>>) -> Result<Reply, Failure> {
    let unhealthy = || {
        Failure::service_unavailable("Service is unhealthy", 5)
            .detail("service", service.name)
            .detail("status", "unhealthy")
            .detail("database", "disconnected")
    };
    match tokio::time::timeout(TIMEOUT, ping).await {
        Ok(Ok(())) => Reply::ok(
            "Service is healthy",
            json!({
                "service": service.name,
                "status": "healthy",
                "database": "connected",
                "timestamp": timestamp::now(),
            }),
        ),
        Ok(Err(error)) => Err(unhealthy().caused_by(error)),
        Err(timeout) => Err(unhealthy().caused_by(timeout)),
    }
}
