//! `GET /api/orders/{id}`

use std::process::ExitCode;

use envelope::{Caching, Call, Endpoint, Failure, InitError, Reply, serve};

use crate::SERVICE;
use crate::domain::error::OrderError;
use crate::domain::order_id::OrderId;
use crate::domain::order_view::OrderView;
use crate::store::Orders;

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<GetOrder>(SERVICE)
}

struct GetOrder {
    orders: Orders,
}

impl Endpoint for GetOrder {
    const CACHING: Caching = Caching::Private;

    async fn init() -> Result<Self, InitError> {
        Ok(Self { orders: Orders::connect().await? })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let customer = call.identity()?;
        let id = OrderId::parse(call.path_parameter("id")).ok_or(OrderError::NotFound)?;
        let stored = self.orders.find(&id).await?.filter(|stored| stored.order.user_id.as_ref() == Some(&customer.id));
        let order = stored.ok_or(OrderError::NotFound)?.order;
        Reply::ok("Order retrieved successfully", OrderView::from(&order))
    }
}
