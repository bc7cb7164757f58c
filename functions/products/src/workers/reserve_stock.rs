//! `reserve-stock`: holds what an order needs, before the order is placed.

use std::process::ExitCode;

use aws::retry::RetryBudget;
use contracts::codes;
use envelope::{Context, Deadline, Failure, InitError, Rpc, serve_rpc, timestamp};
use money::Amount;
use serde::{Deserialize, Serialize};

use tables::{StoreError, conflict_retries};

use crate::SERVICE;
use crate::domain::hold::{Hold, Line, State};
use crate::domain::id;
use crate::domain::product::Product;
use crate::store::{Holds, Made, Placed};

/// Serves the procedure.
pub fn main() -> ExitCode {
    serve_rpc::<ReserveStock>(SERVICE)
}

/// Lines an order has at most: with the hold itself they have to fit into one transaction of 100 items.
const LINES: usize = 50;

/// Units a line has at most.
const UNITS: u32 = 10_000;

struct ReserveStock {
    holds: Holds,
    hold_seconds: u64,
}

/// What an order needs.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// The id the order will have.
    pub order_id: String,
    /// Of the order's own request: whoever comes with the same has the same hold.
    pub fingerprint: String,
    /// The request that asks.
    pub request_id: String,
    /// Its lines, each product once.
    pub items: Vec<Wish>,
}

/// So many units of a product.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Wish {
    /// The product.
    pub product_id: String,
    /// How many.
    pub quantity: u32,
}

/// What is held, at the prices it is pinned to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reserved {
    /// The lines, as they were asked for.
    pub items: Vec<Line>,
    /// What all of it costs.
    #[serde(with = "money::cents")]
    pub total_amount: Amount,
    /// Where the hold stands: held, or whatever the order of an earlier request has made of it.
    pub state: State,
}

impl Rpc for ReserveStock {
    type Request = Request;
    type Response = Reserved;

    async fn init() -> Result<Self, InitError> {
        let hold_seconds = aws::required("HOLD_SECONDS")?.parse()?;
        let holds = Holds::from_env()?;
        aws::warm_up("database", holds.find_with("ping", &["ping".to_owned()])).await;
        Ok(Self { holds, hold_seconds })
    }

    async fn call(&self, request: Request, context: &Context) -> Result<Reserved, Failure> {
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
    request: &Request,
    mut retries: RetryBudget,
) -> Result<Reserved, Failure> {
    let wishes = wishes(&request.items)?;
    let ids: Vec<String> = wishes.iter().map(|(id, _)| id.clone()).collect();
    loop {
        let (hold, products) = holds.find_with(&request.order_id, &ids).await?;
        let until = timestamp::epoch_seconds() + hold_seconds;
        let placed = match hold {
            Some(hold) => match again(holds, hold, request, until).await? {
                Some(reserved) => return Ok(reserved),
                None => Placed::Contended,
            },
            None => {
                let items = wishes.iter().map(|(id, quantity)| pin(id, *quantity, products.get(id)));
                let hold = new_hold(request, items.collect::<Result<_, _>>()?, until)?;
                match holds.place(&hold).await? {
                    Placed::Done => return Ok(reserved(hold, State::Held)),
                    placed => placed,
                }
            }
        };
        tracing::debug!(requestId = request.request_id, ?placed, "reserving again");
        retries.pause().await.map_err(StoreError::from)?;
    }
}

/// The answer to a request whose order has a hold; `None` if it changed under our hands.
async fn again(holds: &Holds, hold: Hold, request: &Request, until: u64) -> Result<Option<Reserved>, Failure> {
    // An order that was cancelled before anything was held is nobody's request in particular.
    if hold.fingerprint != request.fingerprint && !hold.items.is_empty() {
        return Err(Failure::idempotency_key_reused());
    }
    let Some(step) = hold.state.hold_again() else {
        let state = hold.state;
        return Ok(Some(reserved(hold, state)));
    };
    match holds.make(&hold, step, None, Some(until)).await? {
        Made::Done => Ok(Some(reserved(hold, State::Held))),
        Made::Short { line, available } => Err(insufficient(&line.product_id, line.quantity, available)),
        Made::Changed | Made::Contended => Ok(None),
    }
}

/// The lines with each product's id as it is stored, and each product once.
fn wishes(items: &[Wish]) -> Result<Vec<(String, u32)>, Failure> {
    let malformed = || Failure::internal("a reservation is of 1 to 50 lines of 1 to 10 000 units");
    if items.is_empty() || items.len() > LINES {
        return Err(malformed());
    }
    let mut wishes: Vec<(String, u32)> = Vec::with_capacity(items.len());
    for Wish { product_id, quantity } in items {
        let id = id::parse(product_id).ok_or_else(|| not_found(product_id))?;
        match wishes.iter_mut().find(|(known, _)| *known == id) {
            Some((_, sum)) => *sum = sum.saturating_add(*quantity),
            None => wishes.push((id, *quantity)),
        }
    }
    let in_range = wishes.iter().all(|(_, quantity)| (1..=UNITS).contains(quantity));
    if in_range { Ok(wishes) } else { Err(malformed()) }
}

/// A line at the product's price of now. The transaction decides; what can't succeed is refused before it.
fn pin(id: &str, quantity: u32, product: Option<&Product>) -> Result<Line, Failure> {
    let product = product.filter(|product| product.is_active).ok_or_else(|| not_found(id))?;
    if product.stock < u64::from(quantity) {
        return Err(insufficient(id, quantity, product.stock));
    }
    Ok(Line::pin(product, quantity))
}

fn new_hold(request: &Request, items: Vec<Line>, until: u64) -> Result<Hold, Failure> {
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

fn reserved(hold: Hold, state: State) -> Reserved {
    Reserved { items: hold.items, total_amount: hold.total_amount, state }
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
