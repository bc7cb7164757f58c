//! `GET /api/products/{id}`

use std::process::ExitCode;

use envelope::{Call, Endpoint, Failure, InitError, Reply, serve};

use crate::store::Products;
use crate::{SERVICE, id};

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<Get>(SERVICE)
}

struct Get {
    products: Products,
}

/// The 404 of a product: there is none with this id, or none that this caller may see.
pub(crate) fn not_found(id: &str) -> Failure {
    Failure::not_found("Product not found").detail("productId", id)
}

impl Endpoint for Get {
    async fn init() -> Result<Self, InitError> {
        Ok(Self { products: Products::connect().await? })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let asked = call.path_parameter("id");
        let id = id::parse(asked).ok_or_else(|| not_found(asked))?;
        let product = self.products.find(&id).await?;
        // What is not for sale is an admin's business, where the route has someone look at tokens.
        let product = product.filter(|product| product.is_active || call.admin().is_ok());
        Reply::ok("Product retrieved successfully", product.ok_or_else(|| not_found(asked))?.view())
    }
}
