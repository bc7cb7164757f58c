//! `GET /api/products/health`

use std::process::ExitCode;
use std::time::Duration;

use envelope::{Call, Endpoint, Failure, InitError, Reply, serve, timestamp};
use serde_json::json;

use crate::SERVICE;
use crate::store::Products;

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<Health>(SERVICE)
}

/// A database slower than this is as good as gone.
const PATIENCE: Duration = Duration::from_secs(3);

struct Health {
    products: Products,
}

impl Endpoint for Health {
    async fn init() -> Result<Self, InitError> {
        Ok(Self { products: Products::from_env()? })
    }

    async fn call(&self, _: &Call) -> Result<Reply, Failure> {
        let unhealthy = || {
            Failure::service_unavailable("Service is unhealthy", 5)
                .detail("service", SERVICE.name)
                .detail("status", "unhealthy")
                .detail("database", "disconnected")
        };
        match tokio::time::timeout(PATIENCE, self.products.ping()).await {
            Ok(Ok(())) => Reply::ok(
                "Service is healthy",
                json!({
                    "service": SERVICE.name,
                    "status": "healthy",
                    "database": "connected",
                    "timestamp": timestamp::now(),
                }),
            ),
            Ok(Err(error)) => Err(unhealthy().caused_by(error)),
            Err(timeout) => Err(unhealthy().caused_by(timeout)),
        }
    }
}
