use std::time::Duration;

use envelope::Deadline;

use futures_util::future::join_all;
use local_testing::FaultKind;
use serde_json::json;

use super::*;
use crate::domain::filter::{Filter, Search};
use crate::domain::index::Target;
use crate::domain::product::Edit;
use crate::domain::product::tests::described;
use crate::domain::sale_state::{SaleState, Shown};
use crate::domain::sort::Sort;
use crate::domain::text::Category;
use crate::store::Listing;
use crate::workers::index_products::index_records;

const ALL: Listing<'static> = Listing { state: SaleState::Active, category: None };

fn of(category: &Category) -> Listing<'_> {
    Listing { category: Some(category), ..ALL }
}

/// What an operator does after the rules for words have changed.
#[tokio::test]
async fn a_raised_revision_indexes_a_product_by_the_rules_of_today() {
    let stores = TestStores::new().await;
    let dish = stores.add(described("Smørrebrød", "")).await;
    let of_old_rules = Target { words: ["smørrebrød".to_owned()].into(), ..Target::of(&dish) };
    stores.index.update(&dish.id, &of_old_rules, TIME_LEFT).await.unwrap();
    stores.index_all().await;
    assert_eq!(found(&stores, "smorrebrod").await, [""; 0]);
    let before = stores.products.find(&dish.id).await.unwrap();
    let update = stores.tables.client().update_item().table_name("ProductsTable").key("id", tables::string(&dish.id));
    let update = update.update_expression("ADD revision :one").expression_attribute_values(":one", tables::number(1));
    update.send().await.unwrap();
    stores.index_all().await;
    assert_eq!(found(&stores, "smorrebrod").await, [dish.id.as_str()]);
    let after = stores.products.find(&dish.id).await.unwrap();
    assert_eq!(after.map(|after| Product { revision: 1, ..after }), before);
    assert!(!contents(&stores).await.iter().any(|item| item.contains("smørrebrød")));
}

#[tokio::test]
async fn a_product_is_not_found_by_a_word_it_has_lost_before_it_is_indexed_again() {
    let stores = TestStores::new().await;
    for (had, has) in [("lamp", "lamps"), ("台灯泡", "台灯 灯泡")] {
        let product = stores.add(described("Chair", had)).await;
        stores.index_all().await;
        let edited = product.edited(Edit::of(json!({"description": has}))).unwrap();
        stores.products.save(&edited).await.unwrap();
        assert_eq!(found(&stores, had).await, [""; 0]);
        let everything = Filter { shown: Shown::Everything, search: Search::of(had), ..Filter::default() };
        let (by_name, _) = stores.catalogue.page(&everything, Sort::Name, 0, 100).await.unwrap();
        assert_eq!(by_name.products, []);
        stores.index_all().await;
        assert_eq!(found(&stores, has).await, [product.id]);
    }
}

async fn found(stores: &TestStores, search: &str) -> Vec<String> {
    let filter = Filter { search: Search::of(search), ..Filter::default() };
    let (found, _) = stores.catalogue.page(&filter, Sort::Newest, 0, 100).await.unwrap();
    found.products.into_iter().map(|product| product.id).collect()
}

/// The postings and totals in the index, which depend only on the products and not on how they got there.
async fn contents(stores: &TestStores) -> Vec<String> {
    let items = stores.tables.client().scan().table_name("ProductIndexTable").send().await.unwrap().items.unwrap();
    let mut contents: Vec<String> = items
        .into_iter()
        .filter(|item| !item["list"].as_s().unwrap().starts_with("product#"))
        .map(|item| serde_dynamo::from_item::<_, serde_json::Value>(item).unwrap())
        .filter(|item| item["total"] != 0)
        .map(|mut item| {
            item.sort_all_objects();
            item.to_string()
        })
        .collect();
    contents.sort_unstable();
    contents
}

/// The revisions of one product: created, renamed, moved to another category at another price, hidden, shown again.
fn revisions() -> Vec<Product> {
    let first = described("Desk lamp", "A lamp of brass");
    let mut renamed = super::product("Desk light", "Light", 1_999, 1);
    renamed = Product { id: first.id.clone(), revision: 2, description: first.description.clone(), ..renamed };
    let moved = Product { revision: 3, category: super::product("x", "Garden", 777, 1).category, ..renamed.clone() };
    let dearer = Product { revision: 4, price: money::Price::from_cents(888).unwrap(), ..moved };
    let hidden = Product { revision: 5, is_active: false, ..dearer.clone() };
    let shown = Product { revision: 6, is_active: true, ..hidden.clone() };
    vec![first, renamed, dearer, hidden, shown]
}

#[tokio::test]
async fn counts_and_words_follow_a_product_through_its_life() {
    let stores = TestStores::new().await;
    let lamp = stores.add(described("Désk LAMP", "Made of brass")).await;
    stores.index_all().await;
    for search in ["lamp", "desk", "of brass", "MADE désk"] {
        assert_eq!(found(&stores, search).await, [lamp.id.as_str()], "{search}");
    }
    assert_eq!(found(&stores, "lam").await, [""; 0]);
    assert_eq!(found(&stores, "lamp wood").await, [""; 0]);
    assert_eq!(stores.index.total(ALL).await.unwrap(), 1);
    assert_eq!(stores.index.total(of(&lamp.category)).await.unwrap(), 1);

    let chair = Product { id: lamp.id.clone(), revision: 2, ..super::product("Chair", "Seats", 5, 1) };
    stores.products.save(&chair).await.unwrap();
    stores.index_all().await;
    assert_eq!((found(&stores, "lamp").await.len(), found(&stores, "chair").await.len()), (0, 1));
    assert_eq!(stores.index.total(ALL).await.unwrap(), 1);
    assert_eq!(stores.index.total(of(&lamp.category)).await.unwrap(), 0);
    assert_eq!(stores.index.total(of(&chair.category)).await.unwrap(), 1);

    stores.products.save(&Product { revision: 3, is_active: false, ..chair.clone() }).await.unwrap();
    stores.index_all().await;
    assert_eq!(found(&stores, "chair").await, [""; 0]);
    assert_eq!(
        (stores.index.total(ALL).await.unwrap(), stores.index.total(of(&chair.category)).await.unwrap()),
        (0, 0)
    );
    let inactive = Listing { state: SaleState::Inactive, ..ALL };
    assert_eq!(stores.index.total(inactive).await.unwrap(), 1);
    assert_eq!(stores.index.total(Listing { category: Some(&chair.category), ..inactive }).await.unwrap(), 1);
    assert_eq!(stores.index.total(Listing { category: Some(&lamp.category), ..inactive }).await.unwrap(), 0);

    let delete = stores.tables.client().delete_item().table_name("ProductsTable");
    delete.key("id", tables::string(&lamp.id)).send().await.unwrap();
    stores.index_all().await;
    assert_eq!(contents(&stores).await, [""; 0]);
}

#[tokio::test]
async fn a_deleted_product_is_never_indexed_again() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(1).await;
    let delete = stores.tables.client().delete_item().table_name("ProductsTable");
    delete.key("id", tables::string(&lamp.id)).send().await.unwrap();
    stores.index_all().await;
    stores.index.update(&lamp.id, &Target::of(&lamp), TIME_LEFT).await.unwrap();
    assert_eq!(contents(&stores).await, [""; 0]);
}

#[tokio::test]
async fn a_stock_change_writes_nothing_to_the_index() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(5).await;
    stores.index_all().await;
    stores.reserve("o1", &[(&lamp, 1)]).await.unwrap();
    let event = stores.tables.stream_event("ProductsTable").await;
    let event = json!({"Records": [event["Records"][1]]});
    let event: StreamEvent = serde_json::from_value(event).unwrap();
    assert_eq!(read_record(&event.records[0]).unwrap(), None);
}

#[tokio::test]
async fn an_unreadable_record_is_set_aside_and_the_others_are_indexed() {
    let stores = TestStores::new().await;
    for name in ["lamp", "chair"] {
        stores.add(super::product(name, "Light", 500, 1)).await;
    }
    let event = stores.tables.stream_event("ProductsTable").await;
    let [lamp, chair] = [0, 1].map(|at| event["Records"][at].clone());
    let mut priceless = lamp.clone();
    priceless["dynamodb"]["NewImage"]["price"] = json!({"S": "much"});
    let bad = [priceless, json!({"eventName": "INSERT"}), json!("not even a record")];
    let [a, b, c] = bad.clone();
    let event: StreamEvent = serde_json::from_value(json!({"Records": [a, lamp, b, chair, c]})).unwrap();
    let deadline = Deadline::after(Duration::from_secs(7));
    let aside = index_records(&stores.index, &event, deadline).await.unwrap();
    let aside: Vec<serde_json::Value> = aside.iter().map(|raw| serde_json::from_str(raw.get()).unwrap()).collect();
    assert_eq!(aside, bad);
    assert_eq!((found(&stores, "lamp").await.len(), found(&stores, "chair").await.len()), (1, 1));
    assert_eq!(stores.index.total(ALL).await.unwrap(), 2);
}

#[tokio::test]
async fn records_repeated_and_in_any_order_lead_to_the_same_index() {
    let revisions = revisions();
    let mut expected = None;
    for order in [vec![0, 1, 2, 3, 4], vec![4, 3, 2, 1, 0], vec![0, 0, 2, 1, 2, 4, 3, 0], vec![3, 0, 4, 4, 1]] {
        let stores = TestStores::new().await;
        for at in order {
            stores.index.update(&revisions[at].id, &Target::of(&revisions[at]), TIME_LEFT).await.unwrap();
        }
        let contents = contents(&stores).await;
        assert_eq!(*expected.get_or_insert(contents.clone()), contents);
    }
    // desk, light, a, lamp, of, brass; one product in all, and one in its category; by price and by name in both.
    assert_eq!(expected.unwrap().len(), 12);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_updates_count_a_product_once() {
    let stores = TestStores::new().await;
    let revisions = revisions();
    stores.fail("TransactWriteItems", FaultKind::TransactionConflict, 6);
    let targets: Vec<Target> = revisions.iter().map(Target::of).collect();
    let all = (0..4).flat_map(|_| &targets).map(|target| stores.index.update(&revisions[0].id, target, TIME_LEFT));
    for outcome in join_all(all).await {
        outcome.unwrap();
    }
    assert_eq!(stores.index.total(ALL).await.unwrap(), 1);
    assert_eq!(contents(&stores).await.len(), 12);
}

#[tokio::test]
async fn every_word_of_a_long_description_is_found_also_after_an_interruption() {
    let stores = TestStores::new().await;
    let text: String = (100..900).map(|number| format!("w{number} ")).collect();
    let long = stores.add(described("Book", &text[..4_000])).await;
    let target = Target::of(&long);
    // 801 words are ten transactions. It is cut off after the fourth.
    let mut writes = stores.tables.dynamodb().writes("ProductIndexTable");
    tokio::select! {
        biased;
        _ = writes.wait_for(|writes| *writes >= 4) => {}
        done = stores.index.update(&long.id, &target, TIME_LEFT) => panic!("{done:?}"),
    }
    assert_eq!(stores.index.total(ALL).await.unwrap(), 0);
    let half = contents(&stores).await.len();
    assert!((4 * 87..=6 * 87).contains(&half), "{half}");
    stores.index.update(&long.id, &target, TIME_LEFT).await.unwrap();
    assert_eq!(stores.index.total(ALL).await.unwrap(), 1);
    for word in ["w100", "w500", "w898", "book"] {
        assert_eq!(found(&stores, word).await, [long.id.as_str()], "{word}");
    }
    let short = Product { revision: 2, ..described("Leaflet", "w100") };
    stores.index.update(&long.id, &Target::of(&short), TIME_LEFT).await.unwrap();
    assert_eq!(contents(&stores).await.len(), 8);
}

#[tokio::test]
async fn a_failed_update_succeeds_at_the_next_delivery() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(1).await;
    stores.fail("TransactWriteItems", FaultKind::ProvisionedThroughputExceededException, 3);
    assert!(stores.index.update(&lamp.id, &Target::of(&lamp), TIME_LEFT).await.is_err());
    stores.fail("TransactWriteItems", FaultKind::AnswerLost, 3);
    assert!(stores.index.update(&lamp.id, &Target::of(&lamp), TIME_LEFT).await.is_err());
    stores.index.update(&lamp.id, &Target::of(&lamp), TIME_LEFT).await.unwrap();
    assert_eq!(stores.index.total(ALL).await.unwrap(), 1);
}
