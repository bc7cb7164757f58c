use envelope::decode::FromField;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::domain::order::{Order, cancelled};
use crate::domain::shipping_address::ShippingAddress;
use crate::domain::status::{Status, Transition};
use crate::store::fixture::{Fixture, event, order};
use crate::store::{Applied, Inserted};

/// An order that says who and where.
fn sent_home(user_id: &str) -> Order {
    let address = json!({"name": "Ada Lovelace", "street": "12 St James's Square"});
    Order { shipping_address: Some(ShippingAddress::from_field(&address).unwrap()), ..order(user_id) }
}

/// Every item of the table, as JSON.
async fn items(fixture: &Fixture) -> Vec<Value> {
    let scan = fixture.tables.client().scan().table_name("OrdersTable").send().await.unwrap();
    serde_dynamo::from_items(scan.items.unwrap_or_default()).unwrap()
}

#[tokio::test]
async fn an_anonymous_order_keeps_its_amounts_and_says_neither_who_nor_where() {
    let fixture = Fixture::new().await;
    let order = sent_home("ada-lovelace");
    fixture.add(&order, "f1").await.unwrap();
    let other = fixture.placed("bob").await;
    fixture.erasure.mark("ada-lovelace").await.unwrap();
    fixture.erasure.make_anonymous("ada-lovelace").await.unwrap();

    let stored = fixture.orders.find(&order.order_id).await.unwrap().unwrap();
    assert_eq!(stored.order, Order { user_id: None, shipping_address: None, ..order });
    assert_eq!(stored.fingerprint, "");
    assert!(items(&fixture).await.iter().any(|item| item["event"]["requestid"] == ""));
    assert_eq!(fixture.list.newest("ada-lovelace", None, 20).await.unwrap(), (vec![], None));
    assert_eq!(fixture.orders.find(&other.order_id).await.unwrap().unwrap().order, other);
    let all = serde_json::to_string(&items(&fixture).await).unwrap();
    for personal in ["ada-lovelace", "Ada Lovelace", "St James"] {
        assert!(!all.contains(personal), "{personal}: {all}");
    }
}

#[tokio::test]
async fn the_event_of_an_anonymous_order_is_not_published_again() {
    let fixture = Fixture::new().await;
    let order = fixture.placed("ada").await;
    fixture.erasure.make_anonymous("ada").await.unwrap();
    let stream = fixture.tables.stream_event("OrdersTable").await;
    let id = |image: &str| stream["Records"][1]["dynamodb"][image]["event"]["M"]["id"]["S"].clone();
    assert!(id("NewImage").is_string());
    assert_eq!(id("NewImage"), id("OldImage"));
    assert!(fixture.orders.find(&order.order_id).await.unwrap().is_some());
}

#[tokio::test]
async fn an_erased_customer_s_order_still_gets_its_end_and_can_not_be_cancelled_by_them() {
    let fixture = Fixture::new().await;
    let order = fixture.placed("ada").await;
    fixture.erasure.make_anonymous("ada").await.unwrap();
    let cancel = event(cancelled(&order.order_id, Some("ada"), &Transition::Cancel));
    let by_her = fixture.orders.apply(&order.order_id, Some("ada"), &Transition::Cancel, &cancel).await.unwrap();
    assert_eq!(by_her, Applied::NotFound);
    let anonymous = fixture.orders.find(&order.order_id).await.unwrap().unwrap().order;
    let confirmed = event(anonymous.confirmed());
    let applied = fixture.orders.apply(&order.order_id, None, &Transition::Confirm, &confirmed).await.unwrap();
    assert!(matches!(applied, Applied::Done(Order { status: Status::Confirmed, user_id: None, .. })), "{applied:?}");
    // Nobody's transition leaves another's order alone.
    let bob = fixture.placed("bob").await;
    let confirmed = event(bob.confirmed());
    let applied = fixture.orders.apply(&bob.order_id, None, &Transition::Confirm, &confirmed).await.unwrap();
    assert_eq!(applied, Applied::NotFound);
}

#[tokio::test]
async fn no_order_is_written_for_a_marked_customer() {
    let fixture = Fixture::new().await;
    fixture.erasure.mark("ada").await.unwrap();
    let order = sent_home("ada");
    assert!(matches!(fixture.add(&order, "f1").await.unwrap(), Inserted::CustomerErased));
    assert!(items(&fixture).await.is_empty());
    fixture.placed("bob").await;
}

#[tokio::test]
async fn orders_placed_beside_an_erasure_are_refused_or_made_anonymous() {
    let fixture = Fixture::new().await;
    for round in 0..10 {
        let user_id = format!("ada-{round}");
        let orders: Vec<Order> = (0..6).map(|_| sent_home(&user_id)).collect();
        let erase = async {
            fixture.erasure.mark(&user_id).await.unwrap();
            fixture.erasure.make_anonymous(&user_id).await.unwrap();
        };
        tokio::join!(erase, join_all(orders.iter().map(|order| fixture.add(order, "f1"))));
    }
    let all = serde_json::to_string(&items(&fixture).await).unwrap();
    assert!(!all.contains("ada-") && !all.contains("Ada Lovelace"), "{all}");
}

#[tokio::test]
async fn a_customer_of_many_orders_is_erased_page_by_page() {
    let fixture = Fixture::new().await;
    // Over 1 MB: more than one query reads.
    let long = json!({"street": "x".repeat(2_000)});
    let address = ShippingAddress::from_field(&long).unwrap();
    join_all((0..600).map(|_| {
        let order = Order { shipping_address: Some(address.clone()), ..order("ada") };
        let fixture = &fixture;
        async move { fixture.add(&order, "f1").await.unwrap() }
    }))
    .await;
    fixture.erasure.make_anonymous("ada").await.unwrap();
    assert!(items(&fixture).await.iter().all(|item| item["userId"].is_null() && item["shippingAddress"].is_null()));
}
