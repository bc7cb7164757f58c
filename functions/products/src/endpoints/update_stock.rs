//! `PATCH /api/products/{id}/stock`

use std::process::ExitCode;

use contracts::codes;
use envelope::{Call, Code, Endpoint, Failure, InitError, Reply, serve};
use serde_json::json;
use tables::conflict_retries;

use crate::SERVICE;
use crate::domain::stock::{self, StockChange};
use crate::endpoints::product_id::{not_found, product_id};
use crate::store::{Products, StockError};

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<UpdateStock>(SERVICE)
}

struct UpdateStock {
    products: Products,
}

impl Endpoint for UpdateStock {
    async fn init() -> Result<Self, InitError> {
        Ok(Self { products: Products::connect().await? })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        call.admin()?;
        let change: StockChange = call.body()?;
        let id = product_id(call)?;
        match self.products.change_stock(&id, change, conflict_retries(call.time_left())).await {
            Ok(level) => Reply::ok(
                "Stock updated successfully",
                json!({"productId": id, "previousStock": level.previous, "newStock": level.new}),
            ),
            Err(StockError::NotFound) => Err(not_found(call)),
            Err(StockError::Insufficient { current }) => {
                Err(Failure::validation(codes::INSUFFICIENT_STOCK, "Insufficient stock")
                    .detail("currentStock", current)
                    .detail("requestedChange", change.signed()))
            }
            Err(StockError::TooMany { current }) => {
                let message = format!("{current} units and these are more than {}", stock::MAX);
                let problem = json!({"field": "quantity", "code": "OUT_OF_RANGE", "message": message});
                Err(Failure::validation(Code::INVALID_FIELDS, "Validation failed").detail("fields", [problem]))
            }
            Err(StockError::Store(error)) => Err(error.into()),
        }
    }
}
