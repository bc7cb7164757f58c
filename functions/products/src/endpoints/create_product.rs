//! `POST /api/products`

use std::process::ExitCode;

use envelope::{Call, Endpoint, Failure, InitError, Reply, serve};
use events::Event;
use idempotency::{Effect, Request, Requests};

use crate::SERVICE;
use crate::domain::product::{NewProduct, Product};
use crate::store::Products;

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<CreateProduct>(SERVICE)
}

struct CreateProduct {
    products: Products,
    requests: Requests,
}

impl Endpoint for CreateProduct {
    async fn init() -> Result<Self, InitError> {
        Ok(Self { products: Products::connect().await?, requests: Requests::from_env()? })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let admin = call.admin()?;
        let (key, new) = idempotency::with_body(call, call.body::<NewProduct>())?;
        let request = key.map(|key| Request::new(&admin.id, "create-product", key, &new)).transpose()?;
        let product = Product::create(new);
        let event = Event::new(SERVICE, product.created(), call).at(&product.created_at);
        let path = format!("/api/products/{}", product.id);
        let reply = || Reply::created(call, &path, "Product created successfully", product.view());
        let Some(request) = request else {
            self.products.insert(&product, &event).await?;
            return reply();
        };
        let effect = async || Ok(Effect { actions: vec![self.products.put(&product, &event)?], reply: reply()? });
        self.requests.once(&request, call.time_left(), effect).await
    }
}
