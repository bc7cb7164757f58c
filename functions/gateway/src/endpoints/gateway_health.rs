//! `GET /health`

use std::process::ExitCode;
use std::time::Duration;

use contracts::codes::CATALOGUE;
use envelope::{Call, Endpoint, Failure, InitError, Reply, serve};
use futures_util::future::join_all;
use serde_json::{Map, Value};
use service_client::{ServiceClient, Status};

use crate::SERVICE;
use crate::domain::checked_service::CheckedService;

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<GatewayHealth>(SERVICE)
}

/// Time limit for the health check of one service.
const CHECK_WITHIN: Duration = Duration::from_secs(5);

struct GatewayHealth {
    client: ServiceClient,
    services: Vec<CheckedService>,
}

impl Endpoint for GatewayHealth {
    async fn init() -> Result<Self, InitError> {
        let services = CheckedService::parse_list(&aws::required("HEALTH_FUNCTIONS")?)?;
        Ok(Self { client: ServiceClient::new(CATALOGUE)?, services })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let checks = self.services.iter().map(|service| async move {
            (service, self.client.health(&service.function, call.request_id(), CHECK_WITHIN).await)
        });
        let mut all_healthy = true;
        let mut by_service = Map::new();
        for (service, health) in join_all(checks).await {
            all_healthy &= health.status == Status::Healthy;
            by_service.insert(service.name.clone(), serde_json::to_value(health)?);
        }
        if all_healthy {
            return Reply::ok("All services healthy", Value::Object(by_service));
        }
        let failure = Failure::service_unavailable("Some services are unhealthy", 5);
        Err(by_service.into_iter().fold(failure, |failure, (name, health)| failure.detail(&name, health)))
    }
}
