//! The stock that an order takes: the product service's, asked through its procedure `reserve-stock`.

use std::future::Future;
use std::time::Duration;

use contracts::codes::CATALOGUE;
use envelope::Failure;
use money::Amount;
use serde::{Deserialize, Serialize};
use service_client::ServiceClient;

use crate::domain::line::Line;
use crate::domain::order::Item;
use crate::domain::order_id::OrderId;

/// The service's name, as the client sees it when it can't be reached.
const PRODUCTS: &str = "product-service";

/// What `reserve-stock` is asked: to hold every line, or none, under the order's id.
///
/// Asked again with the same fingerprint it gives the same answer, so it may be tried as often as it takes.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ask<'a> {
    /// What the hold is kept under.
    pub order_id: &'a OrderId,
    /// Of the request: another request under the same order's id is refused.
    pub fingerprint: &'a str,
    /// The request that asks.
    pub request_id: &'a str,
    /// What is to be held.
    pub items: &'a [Line],
}

/// What is held, at the prices it was first held at.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hold {
    /// The lines.
    pub items: Vec<Item>,
    /// What they cost together.
    #[serde(with = "money::cents")]
    pub total_amount: Amount,
    /// How far the hold has come.
    pub state: HoldState,
}

/// How far a hold has come. (One that has expired is held again before the procedure answers.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HoldState {
    /// The units are set aside.
    Held,
    /// The units are sold.
    Settled,
    /// The units were given back, for good: the order was cancelled.
    Cancelled,
}

/// Where stock is reserved.
pub trait Reserve {
    /// Holds every line or none, within this time.
    ///
    /// # Errors
    /// The product service's own; 502 and 503 as [`ServiceClient::rpc`].
    fn reserve(&self, ask: &Ask<'_>, patience: Duration) -> impl Future<Output = Result<Hold, Failure>>;
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
    async fn reserve(&self, ask: &Ask<'_>, patience: Duration) -> Result<Hold, Failure> {
        self.client.rpc(PRODUCTS, &self.function, ask, patience).await
    }
}
