//! `PATCH /api/products/{id}`

use std::process::ExitCode;

use aws::retry::RetryBudget;
use envelope::{Call, Endpoint, Failure, InitError, Reply, serve};
use idempotency::{Effect, Request, Requests};
use tables::{StoreError, action, conflict_retries};

use crate::SERVICE;
use crate::domain::product::{Edit, Product};
use crate::domain::version::RevisionCondition;
use crate::endpoints::product_id::{not_found, product_id};
use crate::store::{Products, Saved};

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<EditProduct>(SERVICE)
}

struct EditProduct {
    products: Products,
    requests: Requests,
}

impl Endpoint for EditProduct {
    async fn init() -> Result<Self, InitError> {
        Ok(Self { products: Products::connect().await?, requests: Requests::from_env()? })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let admin = call.admin()?;
        let (key, edit) = idempotency::with_body(call, call.body::<Edit>())?;
        let id = product_id(call)?;
        let condition = RevisionCondition::of(call.if_match()?.as_ref());
        let Some(key) = key else {
            let product = self.edit(&id, edit, &condition, conflict_retries(call.time_left())).await?;
            return reply(&product.ok_or_else(|| not_found(call))?);
        };
        let request = Request::new(&admin.id, "edit-product", key, &(&id, &edit))?;
        let effect = async || {
            let product = self.products.find(&id).await?.ok_or_else(|| not_found(call))?;
            if !condition.holds(product.revision) {
                return Err(Failure::precondition_failed(&product.version()));
            }
            Ok(match product.edited(edit.clone()) {
                Some(edited) => Effect { actions: vec![action(self.products.edit(&edited)?)], reply: reply(&edited)? },
                None => Effect { actions: Vec::new(), reply: reply(&product)? },
            })
        };
        self.requests.once(&request, call.time_left(), effect).await
    }
}

fn reply(product: &Product) -> Result<Reply, Failure> {
    Ok(Reply::ok("Product updated successfully", product.view())?.version(product.version()))
}

impl EditProduct {
    /// The edited product; `None` if there is no such product. If another edit came first, this one is applied to its
    /// result, or refused if its condition does not hold any more.
    async fn edit(
        &self,
        id: &str,
        edit: Edit,
        condition: &RevisionCondition,
        mut retries: RetryBudget,
    ) -> Result<Option<Product>, Failure> {
        let mut found = self.products.find(id).await?;
        let mut sent: Option<Product> = None;
        while let Some(product) = found {
            // A write whose response was lost is sent again, and refused because it was made.
            if sent.is_some_and(|sent| product.has_same_edit(&sent)) {
                return Ok(Some(product));
            }
            if !condition.holds(product.revision) {
                return Err(Failure::precondition_failed(&product.version()));
            }
            let Some(edited) = product.edited(edit.clone()) else { return Ok(Some(product)) };
            match self.products.save(&edited).await? {
                Saved::Done => return Ok(Some(edited)),
                Saved::Outdated(stored) => found = stored,
            }
            sent = Some(edited);
            retries.pause().await.map_err(StoreError::from)?;
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use envelope::Code;
    use envelope::decode::FromField;
    use futures_util::future::join_all;
    use local_testing::FaultKind;
    use serde_json::json;

    use super::*;
    use crate::domain::id;
    use crate::domain::stock::{Quantity, StockChange};
    use crate::store::tests::{TestStores, retries};

    async fn stores() -> (TestStores, EditProduct, Product) {
        let stores = TestStores::new().await;
        let lamp = stores.stocked(1).await;
        let endpoint = EditProduct {
            products: Products::new(stores.tables.client(), "ProductsTable".to_owned()),
            requests: Requests::new(stores.tables.client(), "ProductRequestsTable"),
        };
        (stores, endpoint, lamp)
    }

    fn revision(revision: u64) -> RevisionCondition {
        RevisionCondition::OneOf(BTreeSet::from([revision]))
    }

    #[tokio::test]
    async fn an_edit_whose_response_was_lost_is_made_once() {
        let (stores, endpoint, lamp) = stores().await;
        stores.fail("UpdateItem", FaultKind::AnswerLost, 1);
        let edit = Edit::of(json!({"name": "Lantern"}));
        let edited = endpoint.edit(&lamp.id, edit, &revision(1), retries()).await.unwrap().unwrap();
        assert_eq!((edited.name.as_str(), edited.revision), ("Lantern", 2));
    }

    #[tokio::test]
    async fn an_edit_of_another_revision_is_refused_with_the_present_version() {
        let (stores, endpoint, lamp) = stores().await;
        for edit in [json!({"name": "Lantern"}), json!({"isActive": true})] {
            let refused = endpoint.edit(&lamp.id, Edit::of(edit), &revision(2), retries()).await.unwrap_err();
            assert_eq!((refused.code(), refused.message()), (Code::PRECONDITION_FAILED, "Precondition failed"));
            assert_eq!(refused.details()["etag"], "\"1.1\"");
        }
        assert_eq!(stores.products.find(&lamp.id).await.unwrap(), Some(lamp));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn of_concurrent_edits_of_one_revision_one_is_made() {
        let (stores, endpoint, lamp) = stores().await;
        stores.fail("UpdateItem", FaultKind::TransactionConflict, 3);
        let first = revision(1);
        let edits = (1..=8).map(|price| endpoint.edit(&lamp.id, Edit::of(json!({"price": price})), &first, retries()));
        let outcomes = join_all(edits).await;
        let made: Vec<Product> = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()?.clone()).collect();
        let [made] = &made[..] else { panic!("{outcomes:?}") };
        assert_eq!(stores.products.find(&lamp.id).await.unwrap().as_ref(), Some(made));
        let refused = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
        assert!(refused.clone().all(|refused| refused.code() == Code::PRECONDITION_FAILED), "{outcomes:?}");
        assert_eq!((made.revision, refused.count()), (2, 7));
    }

    #[tokio::test]
    async fn a_sale_is_no_edit() {
        let (stores, endpoint, lamp) = stores().await;
        let one = StockChange::Decrease(Quantity::from_field(&json!(1)).unwrap());
        stores.products.change_stock(&lamp.id, one, &RevisionCondition::Any, retries()).await.unwrap();
        let edit = Edit::of(json!({"name": "Lantern"}));
        let edited = endpoint.edit(&lamp.id, edit, &revision(1), retries()).await.unwrap().unwrap();
        assert_eq!(edited.version().to_string(), "\"2.0\"");
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
        let any = RevisionCondition::Any;
        for outcome in join_all(edits.map(|body| endpoint.edit(&lamp.id, Edit::of(body), &any, retries()))).await {
            outcome.unwrap();
        }
        let now = stores.products.find(&lamp.id).await.unwrap().unwrap();
        assert_eq!((now.name.as_str(), now.price.cents(), now.category.as_str()), ("Lantern", 500, "Garden"));
        assert_eq!((now.is_active, now.revision), (false, 5));
    }

    #[tokio::test]
    async fn a_missing_product_is_not_edited() {
        let (_stores, endpoint, _) = stores().await;
        let edit = Edit::of(json!({"name": "x"}));
        assert!(endpoint.edit(&id::new(), edit, &revision(1), retries()).await.unwrap().is_none());
    }
}
