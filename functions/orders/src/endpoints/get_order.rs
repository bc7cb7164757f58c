//! `GET /api/orders/{id}`

use std::process::ExitCode;

use envelope::{Call, Endpoint, Failure, InitError, Reply, serve};

use crate::SERVICE;
use crate::domain::order_id::OrderId;
use crate::domain::view::OrderAnswer;
use crate::store::Orders;

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<Get>(SERVICE)
}

struct Get {
    orders: Orders,
}

impl Endpoint for Get {
    async fn init() -> Result<Self, InitError> {
        Ok(Self { orders: Orders::connect().await? })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let customer = call.identity()?;
        let id = OrderId::parse(call.path_parameter("id")).ok_or_else(not_found)?;
        let stored = self.orders.find(&id).await?.filter(|stored| stored.order.user_id == customer.id);
        let order = stored.ok_or_else(not_found)?.order;
        Reply::ok("Order retrieved successfully", OrderAnswer::from(&order))
    }
}

/// The answer for an order that is not there, and for another customer's: which of the two, nobody learns.
pub(crate) fn not_found() -> Failure {
    Failure::not_found("Order not found")
}
