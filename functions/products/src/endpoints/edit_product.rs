//! `PATCH /api/products/{id}`

use std::process::ExitCode;

use aws::retry::RetryBudget;
use envelope::{Call, Endpoint, Failure, InitError, Reply, serve};

use tables::{StoreError, conflict_retries};

use crate::SERVICE;
use crate::domain::id;
use crate::domain::product::{Edit, Product};
use crate::endpoints::get_product::not_found;
use crate::store::{Products, Saved};

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
        let product = self.apply(&id, edit, conflict_retries(call.time_left())).await?;
        Reply::ok("Product updated successfully", product.ok_or_else(|| not_found(asked))?.view())
    }
}

impl EditProduct {
    /// The edited product. An edit that someone else's overtook is made again, on top of theirs.
    async fn apply(&self, id: &str, edit: Edit, mut retries: RetryBudget) -> Result<Option<Product>, Failure> {
        let mut found = self.products.find(id).await?;
        while let Some(product) = found {
            let Some(edited) = product.edited(edit.clone()) else { return Ok(Some(product)) };
            match self.products.save(&edited).await? {
                Saved::Done => return Ok(Some(edited)),
                Saved::Changed(now) => found = now,
            }
            retries.pause().await.map_err(StoreError::from)?;
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;
    use local_testing::FaultKind;
    use serde_json::json;

    use super::*;
    use crate::store::tests::{World, retries};

    async fn world() -> (World, EditProduct, Product) {
        let world = World::new().await;
        let lamp = world.stocked(1).await;
        let endpoint = EditProduct { products: Products::new(world.tables.client(), "ProductsTable".to_owned()) };
        (world, endpoint, lamp)
    }

    #[tokio::test]
    async fn an_edit_whose_answer_was_lost_is_made_once() {
        let (world, endpoint, lamp) = world().await;
        world.fail("UpdateItem", FaultKind::AnswerLost, 1);
        let edited = endpoint.apply(&lamp.id, Edit::of(json!({"name": "Lantern"})), retries()).await.unwrap().unwrap();
        assert_eq!((edited.name.as_str(), edited.revision), ("Lantern", 2));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn edits_at_once_are_all_made() {
        let (world, endpoint, lamp) = world().await;
        world.fail("UpdateItem", FaultKind::TransactionConflict, 3);
        let edits = [
            json!({"name": "Lantern"}),
            json!({"price": 5}),
            json!({"category": "Garden"}),
            json!({"isActive": false}),
        ];
        for outcome in join_all(edits.map(|body| endpoint.apply(&lamp.id, Edit::of(body), retries()))).await {
            outcome.unwrap();
        }
        let now = world.products.find(&lamp.id).await.unwrap().unwrap();
        assert_eq!((now.name.as_str(), now.price.cents(), now.category.as_str()), ("Lantern", 500, "Garden"));
        assert_eq!((now.is_active, now.revision), (false, 5));
    }

    #[tokio::test]
    async fn there_is_nothing_to_edit_where_there_is_no_product() {
        let (_world, endpoint, _) = world().await;
        assert!(endpoint.apply(&id::new(), Edit::of(json!({"name": "x"})), retries()).await.unwrap().is_none());
    }
}
