//! `reserve-stock`: holds what an order needs, before the order is placed.

use std::process::ExitCode;

use aws::retry::RetryBudget;
use contracts::codes;
use contracts::reserve_stock::{HoldState, Line, MAX_LINES, MAX_QUANTITY, PricedLine, ReserveRequest, ReserveResponse};
use envelope::{Context, Deadline, Failure, InitError, Rpc, serve_rpc, timestamp};
use money::Amount;

use tables::{StoreError, conflict_retries};

use crate::SERVICE;
use crate::domain::hold::{Hold, State};
use crate::domain::id;
use crate::domain::product::Product;
use crate::store::{Holds, Made, Placed};

/// Serves the procedure.
pub fn main() -> ExitCode {
    serve_rpc::<ReserveStock>(SERVICE)
}

struct ReserveStock {
    holds: Holds,
    hold_seconds: u64,
}

impl Rpc for ReserveStock {
    type Request = ReserveRequest;
    type Response = ReserveResponse;

    async fn init() -> Result<Self, InitError> {
        let hold_seconds = aws::required("HOLD_SECONDS")?.parse()?;
        let holds = Holds::from_env()?;
        aws::warm_up("database", holds.find_with("ping", &["ping".to_owned()])).await;
        Ok(Self { holds, hold_seconds })
    }

    async fn call(&self, request: ReserveRequest, context: &Context) -> Result<ReserveResponse, Failure> {
        let retries = conflict_retries(Deadline::of(context).time_left());
        reserve(&self.holds, self.hold_seconds, &request, retries).await
    }
}

/// Holds every line or none, once for an order id however often it is asked.
///
/// # Errors
/// 400 for a product that is not there and for too few units; 422 if the order id was used for another request; 503
/// if others are in the way for longer than there is retries.
pub async fn reserve(
    holds: &Holds,
    hold_seconds: u64,
    request: &ReserveRequest,
    mut retries: RetryBudget,
) -> Result<ReserveResponse, Failure> {
    let lines = merged(&request.items)?;
    let ids: Vec<String> = lines.iter().map(|(id, _)| id.clone()).collect();
    loop {
        let (hold, products) = holds.find_with(&request.order_id, &ids).await?;
        let until = timestamp::epoch_seconds() + hold_seconds;
        let placed = match hold {
            Some(hold) => match again(holds, hold, request, until).await? {
                Some(response) => return Ok(response),
                None => Placed::Contended,
            },
            None => {
                let items = lines.iter().map(|(id, quantity)| pin(id, *quantity, products.get(id)));
                let hold = new_hold(request, items.collect::<Result<_, _>>()?, until)?;
                match holds.place(&hold).await? {
                    Placed::Done => return Ok(response(hold, HoldState::Held)),
                    placed => placed,
                }
            }
        };
        tracing::debug!(requestId = request.request_id, ?placed, "reserving again");
        retries.pause().await.map_err(StoreError::from)?;
    }
}

/// The answer to a request whose order has a hold; `None` if it changed under our hands.
async fn again(
    holds: &Holds,
    hold: Hold,
    request: &ReserveRequest,
    until: u64,
) -> Result<Option<ReserveResponse>, Failure> {
    // An order that was cancelled before anything was held is nobody's request in particular.
    if hold.fingerprint != request.fingerprint && !hold.items.is_empty() {
        return Err(Failure::idempotency_key_reused());
    }
    if let Some(state) = hold.state.reported() {
        return Ok(Some(response(hold, state)));
    }
    let Some(step) = hold.state.hold_again() else { return Ok(None) };
    match holds.make(&hold, step, None, Some(until)).await? {
        Made::Done => Ok(Some(response(hold, HoldState::Held))),
        Made::Short { line, available } => Err(insufficient(&line.product_id, line.quantity, available)),
        Made::Changed | Made::Contended => Ok(None),
    }
}

/// The lines with each product's id as it is stored, and each product once.
fn merged(items: &[Line]) -> Result<Vec<(String, u32)>, Failure> {
    let malformed = || Failure::internal("a reservation is of 1 to 50 lines of 1 to 10 000 units");
    if items.is_empty() || items.len() > MAX_LINES {
        return Err(malformed());
    }
    let mut lines: Vec<(String, u32)> = Vec::with_capacity(items.len());
    for Line { product_id, quantity } in items {
        let id = id::parse(product_id).ok_or_else(|| not_found(product_id))?;
        match lines.iter_mut().find(|(known, _)| *known == id) {
            Some((_, sum)) => *sum = sum.saturating_add(*quantity),
            None => lines.push((id, *quantity)),
        }
    }
    let in_range = lines.iter().all(|(_, quantity)| (1..=MAX_QUANTITY).contains(quantity));
    if in_range { Ok(lines) } else { Err(malformed()) }
}

/// A line at the product's price of now. The transaction decides; what can't succeed is refused before it.
fn pin(id: &str, quantity: u32, product: Option<&Product>) -> Result<PricedLine, Failure> {
    let product = product.filter(|product| product.is_active).ok_or_else(|| not_found(id))?;
    if product.stock < u64::from(quantity) {
        return Err(insufficient(id, quantity, product.stock));
    }
    Ok(product.priced(quantity))
}

fn new_hold(request: &ReserveRequest, items: Vec<PricedLine>, until: u64) -> Result<Hold, Failure> {
    let total = Amount::total(items.iter().map(|line| line.total_price));
    Ok(Hold {
        order_id: request.order_id.clone(),
        state: State::Held,
        fingerprint: request.fingerprint.clone(),
        total_amount: total.ok_or_else(|| Failure::internal("an order costs more than can be counted"))?,
        items,
        request_id: request.request_id.clone(),
        expires_at: Some(until),
        created_at: timestamp::now(),
    })
}

fn response(hold: Hold, state: HoldState) -> ReserveResponse {
    ReserveResponse { items: hold.items, total_amount: hold.total_amount, state }
}

fn not_found(id: &str) -> Failure {
    Failure::validation(codes::PRODUCT_NOT_FOUND, "Product not found").detail("productId", id)
}

fn insufficient(id: &str, requested: u32, available: u64) -> Failure {
    Failure::validation(codes::INSUFFICIENT_STOCK, "Insufficient stock")
        .detail("productId", id)
        .detail("requested", requested)
        .detail("available", available)
}
