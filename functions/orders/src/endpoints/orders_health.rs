//! `GET /api/orders/health`

use std::process::ExitCode;

use envelope::{Call, Endpoint, Failure, InitError, Reply, serve};
use tables::health;

use crate::SERVICE;
use crate::store::Orders;

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<OrdersHealth>(SERVICE)
}

struct OrdersHealth {
    orders: Orders,
}

impl Endpoint for OrdersHealth {
    async fn init() -> Result<Self, InitError> {
        Ok(Self { orders: Orders::from_env()? })
    }

    async fn call(&self, _: &Call) -> Result<Reply, Failure> {
        health(SERVICE, self.orders.ping()).await
    }
}
