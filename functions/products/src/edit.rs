//! `PATCH /api/products/{id}`

use std::process::ExitCode;

use envelope::{Call, Endpoint, Failure, InitError, Reply, serve};

use crate::get::not_found;
use crate::product::{Edit, Product};
use crate::store::{Patience, Products, Saved};
use crate::{SERVICE, id};

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<EditProduct>(SERVICE)
}

struct EditProduct {
    products: Products,
}

impl Endpoint for EditProduct {
    async fn init() -> Result<Self, InitError> {
        Ok(Self { products: Products::connect().await? })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        call.admin()?;
        let edit: Edit = call.body()?;
        let asked = call.path_parameter("id");
        let id = id::parse(asked).ok_or_else(|| not_found(asked))?;
        let product = self.apply(&id, edit, Patience::within(call.time_left())).await?;
        Reply::ok("Product updated successfully", product.ok_or_else(|| not_found(asked))?.view())
    }
}

impl EditProduct {
    /// The edited product. An edit that someone else's overtook is made again, on top of theirs.
    async fn apply(&self, id: &str, edit: Edit, mut patience: Patience) -> Result<Option<Product>, Failure> {
        let mut found = self.products.find(id).await?;
        while let Some(product) = found {
            let Some(edited) = product.edited(edit.clone()) else { return Ok(Some(product)) };
            match self.products.save(&edited).await? {
                Saved::Done => return Ok(Some(edited)),
                Saved::Changed(now) => found = now,
            }
            patience.pause().await?;
        }
        Ok(None)
    }
}
