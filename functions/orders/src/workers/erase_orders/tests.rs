use std::future::ready;

use futures_util::future::join_all;
use local_testing::{Fault, FaultKind};

use super::*;
use crate::store::Inserted;
use crate::store::fixture::{Fixture, event, order};

fn consumer(fixture: &Fixture) -> EraseOrders {
    let erasure = Erasure::new(fixture.tables.client(), "OrdersTable", fixture.erased.clone());
    EraseOrders { erasure, requests: fixture.requests() }
}

#[tokio::test]
async fn an_erasure_delivered_again_and_beside_itself_is_one() {
    let fixture = Fixture::new().await;
    let order = fixture.placed("ada").await;
    let consumer = consumer(&fixture);
    for outcome in join_all((0..4).map(|_| consumer.erase("ada", ready(())))).await {
        outcome.unwrap();
    }
    consumer.erase("ada", ready(())).await.unwrap();
    assert_eq!(fixture.orders.find(&order.order_id).await.unwrap().unwrap().order.user_id, None);
}

#[tokio::test]
async fn an_erasure_that_stopped_half_way_goes_on_at_its_next_delivery() {
    let fixture = Fixture::new().await;
    let orders = [fixture.placed("ada").await, fixture.placed("ada").await];
    let consumer = consumer(&fixture);
    consumer.erasure.mark("ada").await.unwrap();
    let update =
        Fault { times: 9, operation: Some("UpdateItem".to_owned()), ..Fault::next(FaultKind::InternalServerError) };
    fixture.tables.dynamodb().faults().inject(update);
    assert!(consumer.erase("ada", ready(())).await.is_err());
    fixture.tables.dynamodb().faults().clear();
    consumer.erase("ada", ready(())).await.unwrap();
    for order in orders {
        assert_eq!(fixture.orders.find(&order.order_id).await.unwrap().unwrap().order.user_id, None);
    }
}

#[tokio::test]
async fn an_order_that_the_list_did_not_have_yet_is_found_by_the_second_look() {
    let fixture = Fixture::new().await;
    // As if it was written before the mark and had not reached the list at the first look: its writer meets no mark.
    let no_marks = tables::ErasureMarks::new(fixture.tables.client(), "NotificationErasuresTable");
    let order = order("ada");
    let late = async {
        let retries = tables::conflict_retries(Duration::from_secs(5));
        let added = fixture.orders.insert(&order, "f1", &event(order.created()), &no_marks, retries).await;
        assert!(matches!(added.unwrap(), Inserted::Added));
    };
    consumer(&fixture).erase("ada", late).await.unwrap();
    assert_eq!(fixture.orders.find(&order.order_id).await.unwrap().unwrap().order.user_id, None);
}
