//! `POST /api/orders/{id}/cancel`

use std::process::ExitCode;

use envelope::{Call, Endpoint, Failure, InitError, Reply, serve};
use events::Event;

use crate::SERVICE;
use crate::domain::error::OrderError;
use crate::domain::order;
use crate::domain::order_id::OrderId;
use crate::domain::order_view::OrderView;
use crate::domain::status::Transition;
use crate::store::{Applied, Orders};

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<CancelOrder>(SERVICE)
}

struct CancelOrder {
    orders: Orders,
}

impl Endpoint for CancelOrder {
    async fn init() -> Result<Self, InitError> {
        Ok(Self { orders: Orders::connect().await? })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let customer = call.identity()?;
        let id = OrderId::parse(call.path_parameter("id")).ok_or(OrderError::NotFound)?;
        let event = Event::new(SERVICE, order::cancelled(&id, &customer.id, &Transition::Cancel), call);
        match self.orders.apply(&id, &customer.id, &Transition::Cancel, &event).await? {
            Applied::Done(order) => Reply::ok("Order cancelled successfully", OrderView::from(&order)),
            Applied::NotFound => Err(OrderError::NotFound.into()),
            Applied::Refused(status) => Err(OrderError::NotCancellable(status).into()),
        }
    }
}
