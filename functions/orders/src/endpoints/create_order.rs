//! `POST /api/orders`

pub(crate) mod stock;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use contracts::reserve_stock::{HoldState, ReserveRequest, ReserveResponse};
use envelope::{Call, Endpoint, Failure, InitError, Reply, serve};
use events::{Cause, Event};
use tables::StoreError;
use tokio::time::timeout_at;

use crate::SERVICE;
use crate::domain::idempotency::{self, IdempotencyKey};
use crate::domain::order::Order;
use crate::domain::order_id::OrderId;
use crate::domain::placement::Placement;
use crate::domain::view::PlacedAnswer;
use crate::endpoints::create_order::stock::{Reserve, Stock};
use crate::store::{Inserted, Orders, Stored};

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<Create<Stock>>(SERVICE)
}

/// What of the function's time is not the order's: the route gives up a second before the function does, and the
/// answer has to be on its way by then.
const MARGIN: Duration = Duration::from_millis(1_500);

/// What writing the order is left when the stock takes all it may.
const TIME_TO_WRITE: Duration = Duration::from_secs(3);

struct Create<S> {
    orders: Orders,
    stock: S,
}

impl Endpoint for Create<Stock> {
    async fn init() -> Result<Self, InitError> {
        let (orders, stock) = tokio::join!(Orders::connect(), Stock::connect());
        Ok(Self { orders: orders?, stock: stock? })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let customer = call.identity()?;
        let key = call.header(idempotency::HEADER).map(IdempotencyKey::parse);
        let (key, placement) = idempotency::with_body(key, call.body::<Placement>())?;
        let request = Request {
            key,
            user_id: &customer.id,
            placement,
            cause: Cause::from(call),
            time: call.time_left().saturating_sub(MARGIN),
        };
        let placed = self.place(request).await?;
        let (Placed::New(order) | Placed::Before(order)) = &placed;
        let path = format!("/api/orders/{}", order.order_id.as_str());
        let reply = Reply::created(call, &path, "Order created successfully", PlacedAnswer::from(order))?;
        Ok(match placed {
            Placed::New(_) => reply.metric("OrdersMade"),
            Placed::Before(_) => reply.header(idempotency::REPLAYED, "true"),
        })
    }
}

/// A request to place an order.
struct Request<'a> {
    key: Option<IdempotencyKey>,
    user_id: &'a str,
    placement: Placement,
    cause: Cause<'a>,
    /// How long it may take.
    time: Duration,
}

/// An order that was placed: by this request, or by the same one before.
#[derive(Debug)]
enum Placed {
    New(Order),
    Before(Order),
}

impl<S: Reserve> Create<S> {
    /// Holds the stock, then writes the order. Nothing here is undone: whatever stops it half way leaves a hold that
    /// ends by itself, and the same request sent again goes on from there. Equal requests at once hold the same hold
    /// and write the same order, and all but one of them find it written.
    async fn place(&self, request: Request<'_>) -> Result<Placed, Failure> {
        let deadline = Instant::now() + request.time;
        let order_id = request.key.as_ref().map_or_else(OrderId::random, |key| OrderId::of(request.user_id, key));
        let fingerprint = request.placement.fingerprint()?;
        let reserve = ReserveRequest {
            order_id: order_id.as_str().to_owned(),
            fingerprint: fingerprint.clone(),
            request_id: request.cause.request_id().to_owned(),
            items: request.placement.lines.to_reserve(),
        };
        let held = self.stock.reserve(&reserve, request.time.saturating_sub(TIME_TO_WRITE)).await;
        let placed = async {
            match held {
                Ok(hold) if hold.state != HoldState::Cancelled => {
                    self.write(order_id, &fingerprint, hold, &request).await
                }
                Err(failure) if request.key.is_none() => Err(failure),
                // Sold out since, out of reach, or given back for good when the order was cancelled (which must not
                // be written again: nothing would move it on): a request that was answered before gets that answer.
                outcome => match self.orders.find(&order_id).await? {
                    Some(stored) => placed_before(stored, &fingerprint),
                    None => {
                        Err(outcome.err().unwrap_or_else(|| Failure::internal("a hold cancelled without its order")))
                    }
                },
            }
        };
        timeout_at(deadline.into(), placed).await.map_err(|_| StoreError::busy("no time left"))?
    }

    /// Writes the order of what is held.
    async fn write(
        &self,
        order_id: OrderId,
        fingerprint: &str,
        hold: ReserveResponse,
        request: &Request<'_>,
    ) -> Result<Placed, Failure> {
        let address = request.placement.shipping_address.clone();
        let order = Order::place(order_id, request.user_id.to_owned(), hold.items, hold.total_amount, address);
        let event = Event::new(SERVICE, order.created(), request.cause).at(&order.created_at);
        match self.orders.insert(&order, fingerprint, &event).await? {
            Inserted::New => Ok(Placed::New(order)),
            Inserted::Before(stored) => placed_before(*stored, fingerprint),
        }
    }
}

fn placed_before(stored: Stored, fingerprint: &str) -> Result<Placed, Failure> {
    if stored.fingerprint == fingerprint {
        Ok(Placed::Before(stored.order))
    } else {
        Err(Failure::idempotency_key_reused())
    }
}

#[cfg(test)]
mod tests;
