//! Asking a service how it is, by its health endpoint's function.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{CallError, ServiceClient};

/// How a service is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It answered that it is well.
    Healthy,
    /// It answered that it is not, or did not answer.
    Unhealthy,
}

/// What asking found.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    /// How the service is.
    pub status: Status,
    /// Milliseconds it took to tell.
    pub response_time: u64,
}

/// A health endpoint's answer, as its gateway would get it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    status_code: u16,
}

impl ServiceClient {
    /// Asks the health endpoint's `function`, as the gateway asks it. Why a service is unhealthy goes to the log.
    pub async fn health(&self, function: &str, request_id: &str, patience: Duration) -> Health {
        let started = Instant::now();
        // The least a REST API's proxy event holds.
        let event = json!({
            "httpMethod": "GET",
            "path": "/health",
            "resource": "/health",
            "headers": {"X-Request-ID": request_id},
            "requestContext": {"httpMethod": "GET", "path": "/health", "requestId": request_id},
        });
        let answer: Result<Answer, CallError> = self.call(function, &event, patience).await;
        let status = match answer {
            Ok(Answer { status_code: 200 }) => Status::Healthy,
            Ok(_) => Status::Unhealthy,
            Err(error) => {
                tracing::warn!(function, cause = %error, "no answer from a health endpoint");
                Status::Unhealthy
            }
        };
        Health { status, response_time: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX) }
    }
}
