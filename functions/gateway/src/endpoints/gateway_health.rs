//! `GET /health`

use std::process::ExitCode;
use std::time::Duration;

use contracts::codes::CATALOGUE;
use envelope::{Call, Endpoint, Failure, InitError, Reply, serve};
use futures_util::future::join_all;
use serde_json::{Map, Value};
use service_client::{ServiceClient, Status};

use crate::SERVICE;

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<Health>(SERVICE)
}

/// What one service may take to tell how it is.
const PATIENCE: Duration = Duration::from_secs(5);

struct Health {
    client: ServiceClient,
    services: Vec<Member>,
}

/// A service and the function of its health endpoint.
#[derive(Debug, PartialEq, Eq)]
struct Member {
    name: String,
    function: String,
}

/// `HEALTH_FUNCTIONS` is not a list of `name=function`.
#[derive(Debug, thiserror::Error)]
#[error("HEALTH_FUNCTIONS must be a list such as user=FUNCTION,product=FUNCTION, not {0:?}")]
struct MalformedMembers(String);

impl Endpoint for Health {
    async fn init() -> Result<Self, InitError> {
        let services = members(&aws::required("HEALTH_FUNCTIONS")?)?;
        Ok(Self { client: ServiceClient::new(CATALOGUE)?, services })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let asked = self.services.iter().map(|service| async move {
            (service, self.client.health(&service.function, call.request_id(), PATIENCE).await)
        });
        let mut all_healthy = true;
        let mut found = Map::new();
        for (service, health) in join_all(asked).await {
            all_healthy &= health.status == Status::Healthy;
            found.insert(service.name.clone(), serde_json::to_value(health)?);
        }
        if all_healthy {
            return Reply::ok("All services healthy", Value::Object(found));
        }
        let failure = Failure::service_unavailable("Some services are unhealthy", 5);
        Err(found.into_iter().fold(failure, |failure, (name, health)| failure.detail(&name, health)))
    }
}

fn members(list: &str) -> Result<Vec<Member>, MalformedMembers> {
    list.split(',')
        .map(|entry| match entry.trim().split_once('=') {
            Some((name, function)) if !name.is_empty() && !function.is_empty() => {
                Ok(Member { name: name.to_owned(), function: function.to_owned() })
            }
            _ => Err(MalformedMembers(list.to_owned())),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_named_in_the_template_in_order() {
        let member = |name: &str, function: &str| Member { name: name.into(), function: function.into() };
        assert_eq!(members("user=U, order=O").unwrap(), [member("user", "U"), member("order", "O")]);
        for list in ["", "user", "user=", "=U", "user=U,"] {
            assert!(members(list).is_err(), "{list:?}");
        }
    }
}
