//! The call of the product service's function `reserve-stock`.

use std::future::Future;
use std::time::Duration;

use contracts::codes::CATALOGUE;
use contracts::reserve_stock::{ReserveRequest, ReserveResponse, SERVICE_NAME};
use envelope::Failure;
use service_client::ServiceClient;

/// Holds stock for orders: the product service, or a test's replacement of it.
pub trait ReserveStock {
    /// Holds every line of the order or none, and gives up after `time_budget`.
    ///
    /// # Errors
    /// The product service's own; 502 and 503 as [`ServiceClient::rpc`].
    fn reserve(
        &self,
        request: &ReserveRequest,
        time_budget: Duration,
    ) -> impl Future<Output = Result<ReserveResponse, Failure>>;
}

/// Calls the deployed `reserve-stock`.
#[derive(Debug)]
pub struct ReserveStockClient {
    client: ServiceClient,
    /// Name or ARN of the function.
    function: String,
}

impl ReserveStockClient {
    /// A client of the function that `RESERVE_STOCK_FUNCTION` names, with its connection to Lambda opened if possible.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub async fn connect() -> Result<Self, aws::ConfigError> {
        let client = ServiceClient::new(CATALOGUE)?;
        let function = aws::required("RESERVE_STOCK_FUNCTION")?;
        aws::warm_up("product service", client.connect(&function)).await;
        Ok(Self { client, function })
    }
}

impl ReserveStock for ReserveStockClient {
    async fn reserve(&self, request: &ReserveRequest, time_budget: Duration) -> Result<ReserveResponse, Failure> {
        self.client.rpc(SERVICE_NAME, &self.function, request, time_budget).await
    }
}
