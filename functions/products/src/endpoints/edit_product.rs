//! `PATCH /api/products/{id}`

use std::process::ExitCode;

use aws::retry::RetryBudget;
use envelope::{Call, Endpoint, Failure, InitError, Reply, serve};
use tables::{StoreError, conflict_retries};

use crate::SERVICE;
use crate::domain::product::{Edit, Product};
use crate::endpoints::product_id::{not_found, product_id};
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
        let id = product_id(call)?;
        let product = self.edit(&id, edit, conflict_retries(call.time_left())).await?;
        Reply::ok("Product updated successfully", product.ok_or_else(|| not_found(call))?.view())
    }
}

impl EditProduct {
    /// The edited product; `None` if there is no such product. If another edit came first, this one is applied to its
    /// result.
    async fn edit(&self, id: &str, edit: Edit, mut retries: RetryBudget) -> Result<Option<Product>, Failure> {
        let mut found = self.products.find(id).await?;
        while let Some(product) = found {
            let Some(edited) = product.edited(edit.clone()) else { return Ok(Some(product)) };
            match self.products.save(&edited).await? {
                Saved::Done => return Ok(Some(edited)),
                Saved::Outdated(stored) => found = stored,
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
    use crate::domain::id;
    use crate::store::tests::{TestStores, retries};

    async fn stores() -> (TestStores, EditProduct, Product) {
        let stores = TestStores::new().await;
        let lamp = stores.stocked(1).await;
        let endpoint = EditProduct { products: Products::new(stores.tables.client(), "ProductsTable".to_owned()) };
        (stores, endpoint, lamp)
    }

    #[tokio::test]
    async fn an_edit_whose_response_was_lost_is_made_once() {
        let (stores, endpoint, lamp) = stores().await;
        stores.fail("UpdateItem", FaultKind::AnswerLost, 1);
        let edited = endpoint.edit(&lamp.id, Edit::of(json!({"name": "Lantern"})), retries()).await.unwrap().unwrap();
        assert_eq!((edited.name.as_str(), edited.revision), ("Lantern", 2));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn concurrent_edits_are_all_made() {
        let (stores, endpoint, lamp) = stores().await;
        stores.fail("UpdateItem", FaultKind::TransactionConflict, 3);
        let edits = [
            json!({"name": "Lantern"}),
            json!({"price": 5}),
            json!({"category": "Garden"}),
            json!({"isActive": false}),
        ];
        for outcome in join_all(edits.map(|body| endpoint.edit(&lamp.id, Edit::of(body), retries()))).await {
            outcome.unwrap();
        }
        let now = stores.products.find(&lamp.id).await.unwrap().unwrap();
        assert_eq!((now.name.as_str(), now.price.cents(), now.category.as_str()), ("Lantern", 500, "Garden"));
        assert_eq!((now.is_active, now.revision), (false, 5));
    }

    #[tokio::test]
    async fn a_missing_product_is_not_edited() {
        let (_stores, endpoint, _) = stores().await;
        assert!(endpoint.edit(&id::new(), Edit::of(json!({"name": "x"})), retries()).await.unwrap().is_none());
    }
}
