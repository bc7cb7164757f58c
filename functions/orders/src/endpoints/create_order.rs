//! `POST /api/orders`

mod reserve_stock;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use contracts::reserve_stock::{HoldState, ReserveRequest, ReserveResponse};
use envelope::{Call, Caller, Endpoint, Failure, InitError, Reply, serve};
use events::{Cause, Event};
use idempotency::IdempotencyKey;
use tables::{ErasureMarks, StoreError, conflict_retries};
use tokio::time::timeout_at;

use self::reserve_stock::{ReserveStock, ReserveStockClient};
use crate::SERVICE;
use crate::domain::new_order::NewOrder;
use crate::domain::order::Order;
use crate::domain::order_id::OrderId;
use crate::domain::order_view::PlacedOrderView;
use crate::store::{Inserted, Orders, StoredOrder};

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<CreateOrder<ReserveStockClient>>(SERVICE)
}

/// Time kept back to return the response: the route times out a second before the function does.
const RESPONSE_TIME: Duration = Duration::from_millis(1_500);

/// Time kept back to write the order after its stock was reserved.
const WRITE_TIME: Duration = Duration::from_secs(3);

struct CreateOrder<S> {
    orders: Orders,
    /// Marks of erased customers.
    erased: ErasureMarks,
    stock: S,
}

impl Endpoint for CreateOrder<ReserveStockClient> {
    async fn init() -> Result<Self, InitError> {
        let (orders, stock) = tokio::join!(Orders::connect(), ReserveStockClient::connect());
        Ok(Self { orders: orders?, erased: ErasureMarks::from_env()?, stock: stock? })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let customer = call.identity()?;
        let (key, new_order) = idempotency::with_body(call, call.body::<NewOrder>())?;
        let request = OrderRequest {
            key,
            user_id: &customer.id,
            new_order,
            request_id: call.request_id(),
            cause: Cause::from(call),
            caller: call.caller(),
            time_budget: call.time_left().saturating_sub(RESPONSE_TIME),
        };
        let outcome = self.place(request).await?;
        let (Outcome::Created(order) | Outcome::Replayed(order)) = &outcome;
        let path = format!("/api/orders/{}", order.order_id.as_str());
        let reply = Reply::created(call, &path, "Order created successfully", PlacedOrderView::from(order))?;
        Ok(match outcome {
            Outcome::Created(_) => reply.metric("OrdersMade"),
            Outcome::Replayed(_) => idempotency::replayed(reply),
        })
    }
}

/// A customer's request to place an order.
struct OrderRequest<'a> {
    key: Option<IdempotencyKey>,
    /// Id of the customer.
    user_id: &'a str,
    new_order: NewOrder,
    /// Id of this request in log lines.
    request_id: &'a str,
    /// What the event `order.created` inherits.
    cause: Cause<'a>,
    /// What the log line of the call to the product service has of this request.
    caller: Caller,
    /// How long placing the order may take.
    time_budget: Duration,
}

/// The order of a request.
#[derive(Debug)]
enum Outcome {
    /// This request placed it.
    Created(Order),
    /// An equal request placed it before.
    Replayed(Order),
}

impl<S: ReserveStock> CreateOrder<S> {
    /// Reserves the stock, then writes the order. A failure between the two undoes nothing: the hold expires by itself,
    /// and the same request sent again continues from it. Equal requests that run at the same time share one hold and
    /// write the same order; one of them creates it, and the others find it.
    async fn place(&self, request: OrderRequest<'_>) -> Result<Outcome, Failure> {
        let deadline = Instant::now() + request.time_budget;
        let order_id = request.key.as_ref().map_or_else(OrderId::random, |key| OrderId::of(request.user_id, key));
        let fingerprint = request.new_order.fingerprint()?;
        let reservation = ReserveRequest {
            order_id: order_id.as_str().to_owned(),
            fingerprint: request.new_order.lines_fingerprint()?,
            request_id: request.request_id.to_owned(),
            cause_id: request.cause.request_id().to_owned(),
            caller: request.caller.clone(),
            items: request.new_order.lines.to_reserve(),
        };
        let reserved = self.stock.reserve(&reservation, request.time_budget.saturating_sub(WRITE_TIME)).await;
        let outcome = async {
            match reserved {
                Ok(hold) if hold.state != HoldState::Cancelled => {
                    self.write(order_id, &fingerprint, hold, &request).await
                }
                Err(failure) if request.key.is_none() => Err(failure),
                // There is no stock for this request: sold out, out of reach, or returned when the order was cancelled
                // (writing that order again would leave it pending forever). If an equal request placed the order
                // before, this one gets the same response all the same.
                no_stock => match self.orders.find(&order_id).await? {
                    Some(stored) => replay(stored, &fingerprint),
                    None => Err(no_stock
                        .err()
                        .unwrap_or_else(|| Failure::internal("a hold was cancelled without its order"))),
                },
            }
        };
        timeout_at(deadline.into(), outcome).await.map_err(|_| StoreError::busy("no time left"))?
    }

    /// Writes the order of what is held.
    async fn write(
        &self,
        order_id: OrderId,
        fingerprint: &str,
        hold: ReserveResponse,
        request: &OrderRequest<'_>,
    ) -> Result<Outcome, Failure> {
        let address = request.new_order.shipping_address.clone();
        let order = Order::place(order_id, request.user_id.to_owned(), hold, address);
        let event = Event::new(SERVICE, order.created(), request.cause).at(&order.created_at);
        let retries = conflict_retries(WRITE_TIME);
        match self.orders.insert(&order, fingerprint, &event, &self.erased, retries).await? {
            Inserted::Added => Ok(Outcome::Created(order)),
            Inserted::Exists(stored) => replay(*stored, fingerprint),
            // The gateway had the identity in its cache. What is held for the order expires.
            Inserted::CustomerErased => Err(Failure::invalid_token()),
        }
    }
}

/// The order that an earlier request placed, if that request was equal to this one.
fn replay(stored: StoredOrder, fingerprint: &str) -> Result<Outcome, Failure> {
    if stored.fingerprint == fingerprint {
        Ok(Outcome::Replayed(stored.order))
    } else {
        Err(Failure::idempotency_key_reused())
    }
}

#[cfg(test)]
mod tests;
