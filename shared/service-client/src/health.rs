//! Health checks of services, through the functions of their health endpoints.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{CallError, ServiceClient};

/// Whether a service is healthy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// The endpoint responded with 200.
    Healthy,
    /// The endpoint responded with another status, or not at all.
    Unhealthy,
}

/// The result of a health check.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    /// Whether the service is healthy.
    pub status: Status,
    /// How long the check took, in milliseconds.
    pub response_time: u64,
}

/// The response of a health endpoint, as its function returns it to the gateway.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HealthResponse {
    status_code: u16,
}

impl ServiceClient {
    /// Calls the `function` of a health endpoint as the gateway calls it, and gives up after `time_budget`. The log tells
    /// why there was no response.
    pub async fn health(&self, function: &str, request_id: &str, time_budget: Duration) -> Health {
        let started = Instant::now();
        // The fields of a REST API's proxy event that the endpoint needs.
        let event = json!({
            "httpMethod": "GET",
            "path": "/health",
            "resource": "/health",
            "headers": {"X-Request-ID": request_id},
            "requestContext": {"httpMethod": "GET", "path": "/health", "requestId": request_id},
        });
        let response: Result<HealthResponse, CallError> = self.call(function, &event, time_budget).await;
        let status = match response {
            Ok(HealthResponse { status_code: 200 }) => Status::Healthy,
            Ok(_) => Status::Unhealthy,
            Err(error) => {
                tracing::warn!(function, cause = %error, "a health endpoint did not respond");
                Status::Unhealthy
            }
        };
        Health { status, response_time: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX) }
    }
}
