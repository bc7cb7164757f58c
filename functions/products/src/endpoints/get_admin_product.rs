//! `GET /api/admin/products/{id}`

use std::process::ExitCode;

use envelope::{Caching, Call, Endpoint, Failure, InitError, Reply, serve};

use crate::SERVICE;
use crate::endpoints::product_id::{not_found, product_id};
use crate::store::Products;

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<GetAdminProduct>(SERVICE)
}

/// Shows admins any product, for sale or not.
struct GetAdminProduct {
    products: Products,
}

impl Endpoint for GetAdminProduct {
    const CACHING: Caching = Caching::Private;

    async fn init() -> Result<Self, InitError> {
        Ok(Self { products: Products::connect().await? })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        call.admin()?;
        let product = self.products.find(&product_id(call)?).await?.ok_or_else(|| not_found(call))?;
        Ok(Reply::ok("Product retrieved successfully", product.view())?.version(product.version()))
    }
}
