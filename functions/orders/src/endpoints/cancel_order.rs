//! `POST /api/orders/{id}/cancel`

use std::process::ExitCode;

use contracts::codes;
use envelope::{Call, Endpoint, Failure, InitError, Reply, serve};
use events::Event;

use crate::SERVICE;
use crate::domain::order;
use crate::domain::order_id::OrderId;
use crate::domain::status::Change;
use crate::domain::view::OrderAnswer;
use crate::endpoints::get_order::not_found;
use crate::store::{Changed, Orders};

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<Cancel>(SERVICE)
}

struct Cancel {
    orders: Orders,
}

impl Endpoint for Cancel {
    async fn init() -> Result<Self, InitError> {
        Ok(Self { orders: Orders::connect().await? })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let customer = call.identity()?;
        let id = OrderId::parse(call.path_parameter("id")).ok_or_else(not_found)?;
        let event = Event::new(SERVICE, order::cancelled(&id, &customer.id, &Change::Cancel), call);
        match self.orders.change(&id, &customer.id, &Change::Cancel, &event).await? {
            Changed::Done(order) => Reply::ok("Order cancelled successfully", OrderAnswer::from(&order)),
            Changed::NotFound => Err(not_found()),
            Changed::Refused(status) => {
                Err(Failure::conflict(codes::ORDER_NOT_CANCELLABLE, "Order cannot be cancelled")
                    .detail("status", status))
            }
        }
    }
}
