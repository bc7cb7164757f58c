//! The stock that an order takes: the product service's, asked through its procedure `reserve-stock`.

use std::future::Future;
use std::time::Duration;

use contracts::codes::CATALOGUE;
use contracts::reserve_stock::{ReserveRequest, ReserveResponse};
use envelope::Failure;
use service_client::ServiceClient;

/// The service's name, as the client sees it when it can't be reached.
const PRODUCTS: &str = "product-service";

/// Where stock is reserved.
pub trait Reserve {
    /// Holds every line or none, within this time.
    ///
    /// # Errors
    /// The product service's own; 502 and 503 as [`ServiceClient::rpc`].
    fn reserve(
        &self,
        request: &ReserveRequest,
        patience: Duration,
    ) -> impl Future<Output = Result<ReserveResponse, Failure>>;
}

/// The product service's stock.
#[derive(Debug)]
pub struct Stock {
    client: ServiceClient,
    function: String,
}

impl Stock {
    /// Asks the function that `RESERVE_STOCK_FUNCTION` names; a connection to Lambda is opened where it can be.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub async fn connect() -> Result<Self, aws::ConfigError> {
        let stock = Self { client: ServiceClient::new(CATALOGUE)?, function: aws::required("RESERVE_STOCK_FUNCTION")? };
        aws::warm_up("product service", stock.client.connect(&stock.function)).await;
        Ok(stock)
    }
}

impl Reserve for Stock {
    async fn reserve(&self, request: &ReserveRequest, patience: Duration) -> Result<ReserveResponse, Failure> {
        self.client.rpc(PRODUCTS, &self.function, request, patience).await
    }
}
