use std::time::Duration;

use envelope::Deadline;

use futures_util::future::join_all;
use local_testing::FaultKind;
use serde_json::json;

use super::*;
use crate::domain::filter::{Filter, Search};
use crate::domain::index::Wanted;
use crate::domain::product::tests::described;
use crate::store::Shelf;
use crate::workers::index_products::index;

async fn found(world: &World, search: &str) -> Vec<String> {
    let filter = Filter { search: Search::of(search), ..Filter::default() };
    let (found, _) = world.catalogue.page(&filter, 0, 100).await.unwrap();
    found.rows.into_iter().map(|product| product.id).collect()
}

/// All the index holds of words and counts, as it would be after any other way to the same products.
async fn contents(world: &World) -> Vec<String> {
    let items = world.tables.client().scan().table_name("ProductIndexTable").send().await.unwrap().items.unwrap();
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

/// A product's life: created, renamed, moved and made dearer, hidden, shown again.
fn images() -> Vec<Product> {
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
    let world = World::new().await;
    let lamp = world.add(described("Désk LAMP", "Made of brass")).await;
    world.index_all().await;
    for search in ["lamp", "desk", "of brass", "MADE désk"] {
        assert_eq!(found(&world, search).await, [lamp.id.as_str()], "{search}");
    }
    assert_eq!(found(&world, "lam").await, [""; 0]);
    assert_eq!(found(&world, "lamp wood").await, [""; 0]);
    assert_eq!(world.index.total(Shelf::All).await.unwrap(), 1);
    assert_eq!(world.index.total(Shelf::Category(&lamp.category)).await.unwrap(), 1);

    let chair = Product { id: lamp.id.clone(), revision: 2, ..super::product("Chair", "Seats", 5, 1) };
    world.products.save(&chair).await.unwrap();
    world.index_all().await;
    assert_eq!((found(&world, "lamp").await.len(), found(&world, "chair").await.len()), (0, 1));
    assert_eq!(world.index.total(Shelf::All).await.unwrap(), 1);
    assert_eq!(world.index.total(Shelf::Category(&lamp.category)).await.unwrap(), 0);
    assert_eq!(world.index.total(Shelf::Category(&chair.category)).await.unwrap(), 1);

    world.products.save(&Product { revision: 3, is_active: false, ..chair.clone() }).await.unwrap();
    world.index_all().await;
    assert_eq!(contents(&world).await, [""; 0]);
}

#[tokio::test]
async fn a_product_that_was_deleted_by_hand_is_forgotten_for_good() {
    let world = World::new().await;
    let lamp = world.stocked(1).await;
    let delete = world.tables.client().delete_item().table_name("ProductsTable");
    delete.key("id", super::super::text(&lamp.id)).send().await.unwrap();
    world.index_all().await;
    world.index.bring_to(&lamp.id, &Wanted::by(&lamp), TIME_LEFT).await.unwrap();
    assert_eq!(contents(&world).await, [""; 0]);
}

#[tokio::test]
async fn a_change_of_stock_costs_the_index_nothing() {
    let world = World::new().await;
    let lamp = world.stocked(5).await;
    world.index_all().await;
    world.reserve("o1", &[(&lamp, 1)]).await.unwrap();
    let event = world.tables.stream_event("ProductsTable").await;
    let event = json!({"Records": [event["Records"][1]]});
    let event: StreamEvent = serde_json::from_value(event).unwrap();
    assert_eq!(wanted(&event.records[0]).unwrap(), None);
}

#[tokio::test]
async fn a_record_that_can_not_be_read_is_set_aside_and_its_neighbours_are_indexed() {
    let world = World::new().await;
    for name in ["lamp", "chair"] {
        world.add(super::product(name, "Light", 500, 1)).await;
    }
    let event = world.tables.stream_event("ProductsTable").await;
    let [lamp, chair] = [0, 1].map(|at| event["Records"][at].clone());
    let mut priceless = lamp.clone();
    priceless["dynamodb"]["NewImage"]["price"] = json!({"S": "much"});
    let bad = [priceless, json!({"eventName": "INSERT"}), json!("not even a record")];
    let [a, b, c] = bad.clone();
    let event: StreamEvent = serde_json::from_value(json!({"Records": [a, lamp, b, chair, c]})).unwrap();
    let deadline = Deadline::after(Duration::from_secs(7));
    let aside = index(&world.index, &event, deadline).await.unwrap();
    let aside: Vec<serde_json::Value> = aside.iter().map(|raw| serde_json::from_str(raw.get()).unwrap()).collect();
    assert_eq!(aside, bad);
    assert_eq!((found(&world, "lamp").await.len(), found(&world, "chair").await.len()), (1, 1));
    assert_eq!(world.index.total(Shelf::All).await.unwrap(), 2);
}

#[tokio::test]
async fn records_in_any_order_and_any_number_come_to_the_same() {
    let images = images();
    let mut expected = None;
    for order in [vec![0, 1, 2, 3, 4], vec![4, 3, 2, 1, 0], vec![0, 0, 2, 1, 2, 4, 3, 0], vec![3, 0, 4, 4, 1]] {
        let world = World::new().await;
        for at in order {
            world.index.bring_to(&images[at].id, &Wanted::by(&images[at]), TIME_LEFT).await.unwrap();
        }
        let contents = contents(&world).await;
        assert_eq!(*expected.get_or_insert(contents.clone()), contents);
    }
    // desk, light, a, lamp, of, brass; one product in all, and one in its category.
    assert_eq!(expected.unwrap().len(), 8);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_at_the_same_products_count_each_once() {
    let world = World::new().await;
    let images = images();
    world.fail("TransactWriteItems", FaultKind::TransactionConflict, 6);
    let wanted: Vec<Wanted> = images.iter().map(Wanted::by).collect();
    let all = (0..4).flat_map(|_| &wanted).map(|wanted| world.index.bring_to(&images[0].id, wanted, TIME_LEFT));
    for outcome in join_all(all).await {
        outcome.unwrap();
    }
    assert_eq!(world.index.total(Shelf::All).await.unwrap(), 1);
    assert_eq!(contents(&world).await.len(), 8);
}

#[tokio::test]
async fn every_word_of_a_long_description_is_found_also_after_a_stop_half_way() {
    let world = World::new().await;
    let text: String = (100..900).map(|number| format!("w{number} ")).collect();
    let long = world.add(described("Book", &text[..4_000])).await;
    let wanted = Wanted::by(&long);
    // 801 words are nine transactions. It is cut off after the fourth.
    let mut writes = world.tables.dynamodb().writes("ProductIndexTable");
    tokio::select! {
        biased;
        _ = writes.wait_for(|writes| *writes >= 4) => {}
        done = world.index.bring_to(&long.id, &wanted, TIME_LEFT) => panic!("{done:?}"),
    }
    assert_eq!(world.index.total(Shelf::All).await.unwrap(), 0);
    let half = contents(&world).await.len();
    assert!((4 * 96..=6 * 96).contains(&half), "{half}");
    world.index.bring_to(&long.id, &wanted, TIME_LEFT).await.unwrap();
    assert_eq!(world.index.total(Shelf::All).await.unwrap(), 1);
    for word in ["w100", "w500", "w898", "book"] {
        assert_eq!(found(&world, word).await, [long.id.as_str()], "{word}");
    }
    let short = Product { revision: 2, ..described("Leaflet", "w100") };
    world.index.bring_to(&long.id, &Wanted::by(&short), TIME_LEFT).await.unwrap();
    assert_eq!(contents(&world).await.len(), 4);
}

#[tokio::test]
async fn what_fails_is_left_to_a_retry() {
    let world = World::new().await;
    let lamp = world.stocked(1).await;
    world.fail("TransactWriteItems", FaultKind::ProvisionedThroughputExceededException, 3);
    assert!(world.index.bring_to(&lamp.id, &Wanted::by(&lamp), TIME_LEFT).await.is_err());
    world.fail("TransactWriteItems", FaultKind::AnswerLost, 3);
    assert!(world.index.bring_to(&lamp.id, &Wanted::by(&lamp), TIME_LEFT).await.is_err());
    world.index.bring_to(&lamp.id, &Wanted::by(&lamp), TIME_LEFT).await.unwrap();
    assert_eq!(world.index.total(Shelf::All).await.unwrap(), 1);
}
