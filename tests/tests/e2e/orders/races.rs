//! Many buyers at once.

use contracts::codes;
use futures_util::future::join_all;
use serde_json::json;
use tests::Ability::{Crowd, OwnStack};
use tests::{Setup, Stack, place};
use tokio::sync::Semaphore;

/// Everything may take its time: the machine may be busy.
async fn patient() -> Stack {
    Setup::new().patient().replacing("      Timeout: 5\n", "      Timeout: 20\n").shop().await
}

#[apply(e2e)]
async fn of_60_buyers_of_30_units_30_get_one() {
    let stack = patient().await;
    let (clerk, ada) = (stack.clerk().await, stack.visitor("Ada").await);
    let lamp = stack.stocked(&clerk, 30).await;
    let lines = [(lamp.as_str(), 1)];
    // So many are under way at a time.
    let crowd = Semaphore::new(if place().has(Crowd) { 60 } else { 6 });
    let answers = join_all((0..60).map(async |buyer: u32| {
        let _place = crowd.acquire().await.unwrap();
        stack.placed_under(&ada, &buyer.to_string(), &lines).await
    }))
    .await;
    let (bought, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
    assert_eq!((bought.len(), refused.len()), (30, 30));
    for answer in refused {
        let details = json!({"productId": lamp, "requested": 1, "available": 0});
        answer.fails(codes::INSUFFICIENT_STOCK, "Insufficient stock", details);
    }
    if place().has(OwnStack) {
        stack.settled().await;
    }
    for answer in bought {
        let order = stack.decided(&ada, answer.data()["orderId"].as_str().unwrap()).await;
        assert_eq!((&order["status"], &order["items"][0]["quantity"]), (&json!("confirmed"), &json!(1)), "{order}");
    }
    assert_eq!(stack.stock_of(&lamp).await, 0);
    let orders = stack.get("/api/orders?limit=100").token(&ada.token).send().await;
    assert_eq!(orders.data().as_array().map(Vec::len), Some(30), "{orders}");
    if place().has(OwnStack) {
        let books = stack.assert_sound(&[(&lamp, 30)]).await;
        assert_eq!((books[&lamp].stock, books[&lamp].sold), (0, 30));
        assert_eq!(stack.items("OrdersTable").await.len(), 30);
    }
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn the_same_two_products_in_either_order_never_stand_in_each_others_way_for_good() {
    let stack = patient().await;
    let (clerk, ada) = (stack.clerk().await, stack.visitor("Ada").await);
    let (one, two) = (stack.stocked(&clerk, 50).await, stack.stocked(&clerk, 70).await);
    let answers = join_all((0..30).map(async |buyer: u32| {
        let lines = [(one.as_str(), 2), (two.as_str(), 3)];
        let lines = if buyer.is_multiple_of(2) { lines } else { [lines[1], lines[0]] };
        stack.order(&ada, &lines).send().await
    }))
    .await;
    // Two each of 50, three each of 70: 23 at most.
    let bought = answers.iter().filter(|answer| answer.status == 201).count();
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        match answer.status.as_u16() {
            400 => assert_eq!(answer.body["error"]["code"], "INSUFFICIENT_STOCK", "{answer}"),
            503 => assert!(answer.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0), "{answer}"),
            _ => panic!("{answer}"),
        }
    }
    let away = answers.iter().any(|answer| answer.status == 503);
    assert!(bought == 23 || away && bought < 23, "{bought}");
    stack.settled().await;
    let books = stack.assert_sound(&[(&one, 50), (&two, 70)]).await;
    assert_eq!((books[&one].sold, books[&two].sold), (2 * bought as u64, 3 * bought as u64));
}
