//! `PATCH /api/products/{id}/stock`

use std::process::ExitCode;

use contracts::codes;
use envelope::{Call, Code, Endpoint, Failure, InitError, Reply, serve};
use idempotency::{Effect, Request, Requests};
use serde_json::json;
use tables::{action, conflict_retries};

use crate::SERVICE;
use crate::domain::stock::{self, StockChange};
use crate::domain::version::RevisionCondition;
use crate::endpoints::product_id::{not_found, product_id};
use crate::store::{Products, StockError, StockLevel};

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<UpdateStock>(SERVICE)
}

struct UpdateStock {
    products: Products,
    requests: Requests,
}

impl Endpoint for UpdateStock {
    async fn init() -> Result<Self, InitError> {
        Ok(Self { products: Products::connect().await?, requests: Requests::from_env()? })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let admin = call.admin()?;
        let (key, change) = idempotency::with_body(call, call.body::<StockChange>())?;
        let id = product_id(call)?;
        let condition = RevisionCondition::of(call.if_match()?.as_ref());
        let refused = |error| refusal(call, change, error);
        let Some(key) = key else {
            let retries = conflict_retries(call.time_left());
            return reply(&id, self.products.change_stock(&id, change, &condition, retries).await.map_err(refused)?);
        };
        let request = Request::new(&admin.id, "update-stock", key, &(&id, change))?;
        let effect = async || {
            let (level, update) = self.products.planned_change(&id, change, &condition).await.map_err(refused)?;
            Ok(Effect { actions: vec![action(update)], reply: reply(&id, level)? })
        };
        self.requests.once(&request, call.time_left(), effect).await
    }
}

fn reply(id: &str, level: StockLevel) -> Result<Reply, Failure> {
    Reply::ok(
        "Stock updated successfully",
        json!({"productId": id, "previousStock": level.previous, "newStock": level.new}),
    )
}

fn refusal(call: &Call, change: StockChange, error: StockError) -> Failure {
    match error {
        StockError::NotFound => not_found(call),
        StockError::Edited { current } => Failure::precondition_failed(&current),
        StockError::Insufficient { current } => Failure::validation(codes::INSUFFICIENT_STOCK, "Insufficient stock")
            .detail("currentStock", current)
            .detail("requestedChange", change.signed()),
        StockError::TooMany { current } => {
            let message = format!("{current} units and these are more than {}", stock::MAX);
            let problem = json!({"field": "quantity", "code": "OUT_OF_RANGE", "message": message});
            Failure::validation(Code::INVALID_FIELDS, "Validation failed").detail("fields", [problem])
        }
        StockError::Store(error) => error.into(),
    }
}
