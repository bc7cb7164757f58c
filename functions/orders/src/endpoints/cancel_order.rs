//! `POST /api/orders/{id}/cancel`

use std::process::ExitCode;

use envelope::{Call, Endpoint, Failure, InitError, Reply, serve};
use events::Event;
use idempotency::{Effect, Request, Requests};
use tables::action;

use crate::SERVICE;
use crate::domain::error::OrderError;
use crate::domain::order::{self, Order};
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
    requests: Requests,
}

impl Endpoint for CancelOrder {
    async fn init() -> Result<Self, InitError> {
        Ok(Self { orders: Orders::connect().await?, requests: Requests::from_env()? })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let customer = call.identity()?;
        let key = idempotency::without_body(call)?;
        let id = OrderId::parse(call.path_parameter("id")).ok_or(OrderError::NotFound)?;
        let event = Event::new(SERVICE, order::cancelled(&id, Some(&customer.id), &Transition::Cancel), call);
        let Some(key) = key else {
            return match self.orders.apply(&id, Some(&customer.id), &Transition::Cancel, &event).await? {
                Applied::Done(order) => reply(&order),
                Applied::NotFound => Err(OrderError::NotFound.into()),
                Applied::Refused(status) => Err(OrderError::NotCancellable(status).into()),
            };
        };
        let request = Request::new(&customer.id, "cancel-order", key, &id)?;
        let effect = async || {
            let stored = self.orders.find(&id).await?.map(|stored| stored.order);
            let order = stored.filter(|order| order.user_id.as_deref() == Some(&customer.id));
            let mut order = order.ok_or(OrderError::NotFound)?;
            if !Transition::Cancel.applies_to(order.status, order.hold_generation) {
                return Err(OrderError::NotCancellable(order.status).into());
            }
            order.status = Transition::Cancel.to();
            let update = self.orders.transition(&id, Some(&customer.id), &Transition::Cancel, &event)?;
            Ok(Effect { actions: vec![action(update)], reply: reply(&order)? })
        };
        self.requests.once(&request, call.time_left(), effect).await
    }
}

fn reply(order: &Order) -> Result<Reply, Failure> {
    Reply::ok("Order cancelled successfully", OrderView::from(order))
}
