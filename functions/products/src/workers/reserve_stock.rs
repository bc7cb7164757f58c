//! `reserve-stock`: holds the lines of an order before the order is placed. The order service calls it.

use std::process::ExitCode;

use aws::retry::RetryBudget;
use contracts::codes;
use contracts::reserve_stock::{HoldState, MAX_LINES, MAX_QUANTITY, ReserveRequest, ReserveResponse};
use envelope::{Context, Deadline, Failure, InitError, Rpc, serve_rpc, timestamp};
use tables::{StoreError, conflict_retries};

use crate::SERVICE;
use crate::domain::hold::{self, Hold, OnRequest};
use crate::domain::reservation::{Refused, Reservation};
use crate::store::{Created, Holds, Outcome};

/// Serves the function.
pub fn main() -> ExitCode {
    serve_rpc::<ReserveStock>(SERVICE)
}

struct ReserveStock {
    holds: Holds,
    /// How long units are held for an order that is not placed yet.
    hold_seconds: u64,
}

impl Rpc for ReserveStock {
    type Request = ReserveRequest;
    type Response = ReserveResponse;

    async fn init() -> Result<Self, InitError> {
        let hold_seconds = aws::parsed("HOLD_SECONDS")?;
        let holds = Holds::from_env()?;
        aws::warm_up("database", holds.find_with_products("ping", &["ping".to_owned()])).await;
        Ok(Self { holds, hold_seconds })
    }

    async fn call(&self, request: ReserveRequest, context: &Context) -> Result<ReserveResponse, Failure> {
        let retries = conflict_retries(Deadline::of(context).time_left());
        reserve(&self.holds, self.hold_seconds, &request, retries).await
    }
}

/// Holds every line or none, for the full time. A repeated request gets the hold of the first one, or a new one
/// if the time of that is over.
///
/// # Errors
/// 400 for a product that is not for sale or has too few units; 422 if the order id was used for another request, whose
/// hold has not expired; 503 if conflicts with other transactions outlast the retries.
pub async fn reserve(
    holds: &Holds,
    hold_seconds: u64,
    request: &ReserveRequest,
    mut retries: RetryBudget,
) -> Result<ReserveResponse, Failure> {
    let reservation = Reservation::parse(request)?;
    let product_ids = reservation.product_ids();
    loop {
        let (existing, products) = holds.find_with_products(&request.order_id, &product_ids).await?;
        let now = timestamp::epoch_seconds();
        let expires_at = hold::expiry(now, hold_seconds);
        let response = match existing {
            None => create(holds, reservation.hold(&products, expires_at, None)?, None).await?,
            Some(existing) => match existing.on_request(reservation.is_of(&existing), now) {
                OnRequest::Refuse => return Err(Failure::idempotency_key_reused()),
                // The units that are returned by it count for the new hold, so they are read again.
                OnRequest::Expire(transition) if holds.expire(&existing, transition).await? => continue,
                OnRequest::Expire(_) => None,
                OnRequest::Replace => {
                    let hold = reservation.hold(&products, expires_at, Some(&existing))?;
                    create(holds, hold, Some(&existing)).await?
                }
                OnRequest::Extend => extend(holds, existing, expires_at).await?,
                OnRequest::Report(state) => Some(response(existing, state)),
            },
        };
        if let Some(response) = response {
            return Ok(response);
        }
        tracing::debug!(requestId = request.request_id, "a conflict: reserving again");
        retries.pause().await.map_err(StoreError::from)?;
    }
}

/// Creates the hold, in the place of a `replaced` one if there is one; `None` if something changed since it was read.
async fn create(holds: &Holds, hold: Hold, replaced: Option<&Hold>) -> Result<Option<ReserveResponse>, Failure> {
    match holds.create(&hold, replaced).await? {
        Created::Held => Ok(Some(response(hold, HoldState::Held))),
        Created::Outdated | Created::Conflict => Ok(None),
    }
}

/// Responds with an order's existing hold, which expires at `expires_at` (seconds since the epoch) or later; `None` if it
/// changed since it was read.
async fn extend(holds: &Holds, hold: Hold, expires_at: u64) -> Result<Option<ReserveResponse>, Failure> {
    if hold.expires_at.is_some_and(|present| present >= expires_at) {
        return Ok(Some(response(hold, HoldState::Held)));
    }
    let outcome = holds.apply(&hold, hold.state.unchanged(), None, Some(expires_at)).await?;
    Ok((outcome == Outcome::Applied).then(|| response(hold, HoldState::Held)))
}

fn response(hold: Hold, state: HoldState) -> ReserveResponse {
    ReserveResponse { items: hold.items, total_amount: hold.total_amount, state, hold_generation: hold.generation }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::OutOfLimits => {
                Self::internal(format!("a reservation is of 1 to {MAX_LINES} lines of 1 to {MAX_QUANTITY} units"))
            }
            Refused::TotalTooLarge => Self::internal("the total of an order is too large"),
            Refused::ProductNotFound { product_id } => {
                Self::validation(codes::PRODUCT_NOT_FOUND, "Product not found").detail("productId", product_id)
            }
            Refused::InsufficientStock { product_id, requested, available } => {
                Self::validation(codes::INSUFFICIENT_STOCK, "Insufficient stock")
                    .detail("productId", product_id)
                    .detail("requested", requested)
                    .detail("available", available)
            }
        }
    }
}
