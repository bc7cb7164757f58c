//! `GET /api/products/{id}`

use std::process::ExitCode;

use envelope::{Caching, Call, Endpoint, Failure, InitError, Reply, serve};

use crate::SERVICE;
use crate::endpoints::CATALOGUE_CACHING;
use crate::endpoints::product_id::{not_found, product_id};
use crate::store::Products;

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<GetProduct>(SERVICE)
}

/// Shows everyone the same, whatever token they send: a product that is not for sale is not found.
struct GetProduct {
    products: Products,
}

impl Endpoint for GetProduct {
    const CACHING: Caching = CATALOGUE_CACHING;

    async fn init() -> Result<Self, InitError> {
        Ok(Self { products: Products::connect().await? })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let product = self.products.find(&product_id(call)?).await?;
        let for_sale = product.filter(|product| product.is_active).ok_or_else(|| not_found(call))?;
        Ok(Reply::ok("Product retrieved successfully", for_sale.view())?.version(for_sale.version()))
    }
}
