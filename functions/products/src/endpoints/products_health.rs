//! `GET /api/products/health`

use std::process::ExitCode;

use envelope::{Call, Endpoint, Failure, InitError, Reply, serve};
use tables::health;

use crate::SERVICE;
use crate::store::Products;

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<ProductsHealth>(SERVICE)
}

struct ProductsHealth {
    products: Products,
}

impl Endpoint for ProductsHealth {
    async fn init() -> Result<Self, InitError> {
        Ok(Self { products: Products::from_env()? })
    }

    async fn call(&self, _: &Call) -> Result<Reply, Failure> {
        health(SERVICE, self.products.ping()).await
    }
}
