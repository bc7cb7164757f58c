//! `reserve-stock`: holds the lines of an order before the order is placed. The order service calls it.

use std::process::ExitCode;

use aws::retry::RetryBudget;
use contracts::codes;
use contracts::reserve_stock::{HoldState, MAX_LINES, MAX_QUANTITY, ReserveRequest, ReserveResponse};
use envelope::{Context, Deadline, Failure, InitError, Rpc, serve_rpc, timestamp};
use tables::{StoreError, conflict_retries};

use crate::SERVICE;
use crate::domain::hold::Hold;
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

/// Holds every line or none. A repeated request gets the hold of the first one.
///
/// # Errors
/// 400 for a product that is not for sale or has too few units; 422 if the order id was used for another request; 503
/// if conflicts with other transactions outlast the retries.
pub async fn reserve(
    holds: &Holds,
    hold_seconds: u64,
    request: &ReserveRequest,
    mut retries: RetryBudget,
) -> Result<ReserveResponse, Failure> {
    let reservation = Reservation::parse(request)?;
    let product_ids = reservation.product_ids();
    loop {
        let (hold, products) = holds.find_with_products(&request.order_id, &product_ids).await?;
        let expires_at = timestamp::epoch_seconds() + hold_seconds;
        let response = match hold {
            None => create(holds, reservation.hold(&products, expires_at)?).await?,
            Some(hold) if reservation.owns(&hold) => repeat(holds, hold, expires_at).await?,
            Some(_) => return Err(Failure::idempotency_key_reused()),
        };
        if let Some(response) = response {
            return Ok(response);
        }
        tracing::debug!(requestId = request.request_id, "a conflict: reserving again");
        retries.pause().await.map_err(StoreError::from)?;
    }
}

/// Creates the hold; `None` if something changed since it was read.
async fn create(holds: &Holds, hold: Hold) -> Result<Option<ReserveResponse>, Failure> {
    match holds.create(&hold).await? {
        Created::Held => Ok(Some(response(hold, HoldState::Held))),
        Created::Outdated | Created::Conflict => Ok(None),
    }
}

/// Responds with an order's existing hold, and holds its units again if it has expired; `None` if it changed since it
/// was read.
async fn repeat(holds: &Holds, hold: Hold, expires_at: u64) -> Result<Option<ReserveResponse>, Failure> {
    if let Some(state) = hold.state.reported() {
        return Ok(Some(response(hold, state)));
    }
    let Some(transition) = hold.state.hold_again() else { return Ok(None) };
    match holds.apply(&hold, transition, None, Some(expires_at)).await? {
        Outcome::Applied => Ok(Some(response(hold, HoldState::Held))),
        Outcome::InsufficientStock { line, available } => {
            Err(Refused::InsufficientStock { product_id: line.product_id, requested: line.quantity, available }.into())
        }
        Outcome::StateChanged | Outcome::Conflict => Ok(None),
    }
}

fn response(hold: Hold, state: HoldState) -> ReserveResponse {
    ReserveResponse { items: hold.items, total_amount: hold.total_amount, state }
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
