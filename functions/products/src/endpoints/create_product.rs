//! `POST /api/products`

use std::process::ExitCode;

use envelope::{Call, Endpoint, Failure, InitError, Reply, serve};
use events::Event;

use crate::SERVICE;
use crate::domain::product::{NewProduct, Product};
use crate::store::Products;

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<CreateProduct>(SERVICE)
}

struct CreateProduct {
    products: Products,
}

impl Endpoint for CreateProduct {
    async fn init() -> Result<Self, InitError> {
        Ok(Self { products: Products::connect().await? })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        call.admin()?;
        let new: NewProduct = call.body()?;
        let product = Product::create(new);
        let event = Event::new(SERVICE, product.created(), call).at(&product.created_at);
        self.products.insert(&product, &event).await?;
        let path = format!("/api/products/{}", product.id);
        Reply::created(call, &path, "Product created successfully", product.view())
    }
}
