//! `GET /health`

use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use contracts::codes::CATALOGUE;
use envelope::{Call, Endpoint, Failure, InitError, Reply, serve};
use futures_util::future::join_all;
use serde_json::{Map, Value};
use service_client::{Health, ServiceClient, Status};

use crate::SERVICE;
use crate::domain::checked_service::CheckedService;
use crate::domain::recent::Recent;

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<GatewayHealth>(SERVICE)
}

/// Time limit for the health check of one service.
const CHECK_WITHIN: Duration = Duration::from_secs(5);

/// How long an answer is given again without a check. The route needs no token, and each check starts a function for each
/// service.
const RECENT: Duration = Duration::from_secs(5);

struct GatewayHealth {
    client: ServiceClient,
    services: Vec<CheckedService>,
    /// The health of each service, in their order.
    health: Recent<Vec<Health>>,
}

impl Endpoint for GatewayHealth {
    async fn init() -> Result<Self, InitError> {
        let services = CheckedService::parse_list(&aws::required("HEALTH_FUNCTIONS")?)?;
        Ok(Self { client: ServiceClient::new(CATALOGUE)?, services, health: Recent::new(RECENT) })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let mut all_healthy = true;
        let mut by_service = Map::new();
        let health = self.health.get(SystemTime::now, async || self.check(call).await).await;
        for (service, health) in self.services.iter().zip(health) {
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

impl GatewayHealth {
    /// Asks every service how it is, side by side.
    async fn check(&self, call: &Call) -> Vec<Health> {
        let ask = |service: &CheckedService| {
            let function = service.function.clone();
            async move { self.client.health(&function, call.request_id(), CHECK_WITHIN).await }
        };
        join_all(self.services.iter().map(ask)).await
    }
}
