use std::collections::BTreeSet;

use envelope::decode::FromField;
use futures_util::future::join_all;
use local_testing::FaultKind;
use serde_json::json;

use tables::Item;

use super::*;
use crate::domain::product::Edit;
use crate::domain::stock::{self, Quantity, StockChange};
use crate::domain::text::Category;
use crate::domain::version::RevisionCondition;
use crate::store::products::{PROJECTED, projected_names};
use crate::store::{Saved, StockError, StockLevel};

fn units(units: u64) -> Quantity {
    Quantity::from_field(&json!(units)).unwrap()
}

fn down(by: u64) -> StockChange {
    StockChange::Decrease(units(by))
}

fn up(by: u64) -> StockChange {
    StockChange::Increase(units(by))
}

/// Changes the stock of a product in whatever version.
async fn change(stores: &TestStores, id: &str, change: StockChange) -> Result<StockLevel, StockError> {
    stores.products.change_stock(id, change, &RevisionCondition::Any, retries()).await
}

fn revision(revision: u64) -> RevisionCondition {
    RevisionCondition::OneOf(BTreeSet::from([revision]))
}

fn moved(product: &Product, category: &str) -> Product {
    let edited = Product { category: Category::from_field(&json!(category)).unwrap(), ..product.clone() };
    Product { revision: product.revision + 1, updated_at: Some(timestamp::now()), ..edited }
}

#[test]
fn a_product_is_read_by_all_its_attributes_and_no_other() {
    let mut product = product("lamp", "Light", 100, 1);
    product.updated_at = Some(timestamp::now());
    let attributes: Item = serde_dynamo::to_item(&product).unwrap();
    let names = projected_names();
    let projected = PROJECTED.split(", ").map(|name| names.get(name).cloned().unwrap_or_else(|| name.to_owned()));
    assert_eq!(projected.collect::<BTreeSet<_>>(), attributes.into_keys().collect());
}

#[tokio::test]
async fn a_product_is_read_as_it_was_created() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(3).await;
    assert_eq!(stores.products.find(&lamp.id).await.unwrap(), Some(lamp));
    assert_eq!(stores.products.find("ping").await.unwrap(), None);
}

#[tokio::test]
async fn a_product_whose_response_was_lost_is_created_once() {
    let stores = TestStores::new().await;
    stores.fail("PutItem", FaultKind::AnswerLost, 1);
    let lamp = stores.stocked(3).await;
    assert_eq!(stores.products.find(&lamp.id).await.unwrap(), Some(lamp));
    let event = stores.tables.stream_event("ProductsTable").await;
    assert_eq!(event["Records"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_24_decrements_of_10_units_10_succeed() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(10).await;
    let outcomes = join_all((0..24).map(|_| change(&stores, &lamp.id, down(1)))).await;
    let mut seen: Vec<u64> = Vec::new();
    for outcome in outcomes {
        match outcome {
            Ok(StockLevel { previous, new }) => {
                assert_eq!(previous, new + 1);
                seen.push(new);
            }
            Err(error) => assert!(matches!(error, StockError::Insufficient { current: 0 }), "{error:?}"),
        }
    }
    seen.sort_unstable();
    assert_eq!(seen, (0..10).collect::<Vec<_>>());
    assert_eq!(stores.stock(&lamp).await, 0);
}

#[tokio::test]
async fn a_stock_change_is_one_round_trip_with_any_outcome() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(5).await;
    stores.calls();
    let level = change(&stores, &lamp.id, down(2)).await.unwrap();
    assert_eq!(level, StockLevel { previous: 5, new: 3 });
    let short = change(&stores, &lamp.id, down(4)).await;
    assert!(matches!(short, Err(StockError::Insufficient { current: 3 })), "{short:?}");
    let missing = change(&stores, &crate::domain::id::new(), up(1)).await;
    assert!(matches!(missing, Err(StockError::NotFound)), "{missing:?}");
    assert_eq!(stores.calls(), [("UpdateItem".to_owned(), 3)]);
}

#[tokio::test]
async fn stock_is_raised_to_its_limit_and_no_further() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(1).await;
    let full = change(&stores, &lamp.id, up(stock::MAX - 1)).await.unwrap();
    assert_eq!(full.new, stock::MAX);
    let over = change(&stores, &lamp.id, up(1)).await;
    assert!(matches!(over, Err(StockError::TooMany { current: stock::MAX })), "{over:?}");
    let over = change(&stores, &lamp.id, up(stock::MAX)).await;
    assert!(matches!(over, Err(StockError::TooMany { current: stock::MAX })), "{over:?}");
}

#[tokio::test]
async fn a_change_whose_response_was_lost_is_made_once() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(10).await;
    stores.fail("UpdateItem", FaultKind::AnswerLost, 1);
    let level = change(&stores, &lamp.id, down(4)).await.unwrap();
    assert_eq!(level, StockLevel { previous: 10, new: 6 });
    // Also when it took the last unit, and asking again would find too few.
    stores.fail("UpdateItem", FaultKind::AnswerLost, 1);
    stores.calls();
    let level = change(&stores, &lamp.id, down(6)).await.unwrap();
    assert_eq!(level, StockLevel { previous: 6, new: 0 });
    assert_eq!(stores.calls(), [("GetItem".to_owned(), 1), ("UpdateItem".to_owned(), 1)]);
    assert_eq!(stores.stock(&lamp).await, 0);
}

#[tokio::test]
async fn a_change_that_can_not_be_read_back_is_not_sent_again() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(10).await;
    stores.fail("UpdateItem", FaultKind::AnswerLost, 1);
    stores.fail("GetItem", FaultKind::InternalServerError, 3);
    let StockError::Store(error) = change(&stores, &lamp.id, down(4)).await.unwrap_err() else {
        panic!("another error")
    };
    assert_eq!(envelope::Failure::from(error).code(), envelope::Code::SERVICE_UNAVAILABLE);
    assert_eq!(stores.stock(&lamp).await, 6);
}

#[tokio::test]
async fn a_change_that_failed_is_not_reported_as_made() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(10).await;
    stores.fail("UpdateItem", FaultKind::InternalServerError, 1);
    stores.calls();
    let StockError::Store(error) = change(&stores, &lamp.id, down(4)).await.unwrap_err() else {
        panic!("another error")
    };
    assert_eq!(envelope::Failure::from(error).code(), envelope::Code::SERVICE_UNAVAILABLE);
    assert_eq!(stores.calls(), [("GetItem".to_owned(), 1), ("UpdateItem".to_owned(), 1)]);
    assert_eq!(stores.stock(&lamp).await, 10);
}

#[tokio::test]
async fn a_conflicting_change_is_retried_for_a_limited_time() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(10).await;
    stores.fail("UpdateItem", FaultKind::TransactionConflict, 3);
    change(&stores, &lamp.id, down(1)).await.unwrap();
    stores.fail("UpdateItem", FaultKind::ThrottlingException, 4);
    change(&stores, &lamp.id, down(1)).await.unwrap();
    stores.fail("UpdateItem", FaultKind::TransactionConflict, u32::MAX);
    let failed =
        stores.products.change_stock(&lamp.id, down(1), &RevisionCondition::Any, few_retries()).await.unwrap_err();
    let StockError::Store(error) = failed else { panic!("{failed:?}") };
    assert_eq!(envelope::Failure::from(error).code(), envelope::Code::SERVICE_UNAVAILABLE);
    assert_eq!(stores.stock(&lamp).await, 8);
}

#[tokio::test]
async fn an_edit_keeps_the_stock_and_applies_to_the_revision_it_read_only() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(10).await;
    change(&stores, &lamp.id, down(4)).await.unwrap();
    assert!(matches!(stores.products.save(&moved(&lamp, "Garden")).await.unwrap(), Saved::Done));
    let now = stores.products.find(&lamp.id).await.unwrap().unwrap();
    assert_eq!((now.stock, now.category.as_str(), now.revision), (6, "Garden", 2));
    match stores.products.save(&moved(&lamp, "Kitchen")).await.unwrap() {
        Saved::Outdated(Some(found)) => assert_eq!(found, now),
        saved => panic!("{saved:?}"),
    }
    assert!(matches!(
        stores.products.save(&moved(&super::product("x", "y", 1, 1), "z")).await.unwrap(),
        Saved::Outdated(None)
    ));
    assert_eq!(now.edited(Edit::default()), None);
}

#[tokio::test]
async fn an_edit_publishes_no_event() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(1).await;
    stores.products.save(&moved(&lamp, "Garden")).await.unwrap();
    let event = stores.tables.stream_event("ProductsTable").await;
    let id = |at: usize| event["Records"][at]["dynamodb"]["NewImage"]["event"]["M"]["id"].clone();
    assert!(id(0).is_object());
    assert_eq!(id(0), id(1));
}

#[tokio::test]
async fn a_change_is_made_in_the_revision_that_its_condition_names() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(10).await;
    let changed = async |by, condition: RevisionCondition| {
        stores.products.change_stock(&lamp.id, by, &condition, retries()).await.map(|level| level.new)
    };
    assert_eq!(changed(down(1), revision(1)).await.unwrap(), 9);
    assert_eq!(changed(down(1), revision(1)).await.unwrap(), 8, "a change of stock is no edit");
    let three = RevisionCondition::OneOf(BTreeSet::from([1, 2, 3]));
    assert_eq!(changed(up(1), three).await.unwrap(), 9);
    let none = RevisionCondition::OneOf(BTreeSet::new());
    for (by, condition) in [(down(1), revision(2)), (up(1), revision(2)), (down(100), revision(2)), (up(1), none)] {
        let refused = changed(by, condition).await;
        assert!(
            matches!(&refused, Err(StockError::Edited { current }) if current.to_string() == "\"1.9\""),
            "{refused:?}"
        );
    }
    assert!(matches!(changed(down(100), revision(1)).await, Err(StockError::Insufficient { current: 9 })));
    let missing = stores.products.change_stock(&crate::domain::id::new(), up(1), &revision(1), retries()).await;
    assert!(matches!(missing, Err(StockError::NotFound)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_change_of_stock_is_made_after_the_edit_that_its_condition_rules_out() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(100).await;
    let first = revision(1);
    let edited = moved(&lamp, "Garden");
    let change = |_| stores.products.change_stock(&lamp.id, down(1), &first, retries());
    let (saved, changes) = tokio::join!(stores.products.save(&edited), join_all((0..24).map(change)));
    assert!(matches!(saved.unwrap(), Saved::Done));
    let made = changes.iter().filter(|change| change.is_ok()).count() as u64;
    let refused = changes.iter().filter_map(|change| change.as_ref().err());
    for refused in refused {
        let StockError::Edited { current } = refused else { panic!("{refused:?}") };
        assert_eq!(*current, Product { stock: 100 - made, ..edited.clone() }.version());
    }
    assert_eq!(stores.stock(&lamp).await, 100 - made);
}
