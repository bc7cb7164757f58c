//! What a user is told, and how often.

use serde_json::{Value, json};
use tests::is_uuid_v7;

use super::event;
use crate::market::{clerk, market};

#[apply(e2e)]
async fn each_thing_that_happens_is_told_once_in_its_words() {
    let (stack, clerk) = (market().await, clerk().await);
    // Someone with an account, who is welcomed.
    let ada = stack.customer("Ada").await;
    let lamp = stack.stocked(clerk, 5).await;
    let id = stack.placed(&ada, &[(&lamp, 1)]).await;
    stack.notified(&ada, 3).await;
    assert_eq!(stack.cancel(&ada, &id).await.status, 200);
    let told = stack.notified(&ada, 4).await;
    let expected = [
        ("order.cancelled", format!("Your order {id} was cancelled"), true),
        ("order.confirmed", format!("Your order {id} is confirmed"), true),
        ("order.created", format!("Your order {id} was received"), true),
        ("user.created", "Welcome, Ada!".to_owned(), false),
    ];
    assert_eq!(told.len(), expected.len(), "{told:?}");
    for (found, (kind, message, of_order)) in told.iter().zip(expected) {
        assert!(is_uuid_v7(&found["id"]) && tests::is_timestamp(&found["createdAt"]), "{found}");
        let mut notification = json!({"id": found["id"], "type": kind, "message": message});
        if of_order {
            notification["orderId"] = json!(id);
        }
        notification["read"] = json!(false);
        notification["createdAt"] = found["createdAt"].clone();
        assert_eq!(found.to_string(), notification.to_string());
    }
    // Nobody else hears of it.
    let bob = stack.customer("Bob").await;
    let told = stack.notified(&bob, 1).await;
    assert_eq!((told.len(), &told[0]["message"]), (1, &json!("Welcome, Bob!")), "{told:?}");
}

#[apply(e2e)]
#[needs(AwsApi)]
async fn an_event_that_comes_again_or_late_is_told_once_where_it_belongs() {
    let (stack, ada) = (market().await, market().await.visitor("Ada").await);
    let order = "01980000-0000-7000-8000-0000000000aa";
    let data = json!({"orderId": order, "userId": ada.id, "totalAmount": 1});
    let of =
        |id: &str, kind: &str, time: &str| event(&format!("{id}-{}", ada.id), kind, time, data.clone()).to_string();
    let created = of("a", "order.created", "2026-01-31T12:00:00.000Z");
    let confirmed = of("b", "order.confirmed", "2026-01-31T12:00:01.000Z");
    let cancelled = of("c", "order.cancelled", "2026-01-31T12:00:02.000Z");
    // Backwards, and over and over.
    for body in [&cancelled, &confirmed, &cancelled, &created, &created, &confirmed, &cancelled, &created] {
        stack.notify(body).await;
    }
    let told = stack.notified(&ada, 3).await;
    let kinds: Vec<&Value> = told.iter().map(|one| &one["type"]).collect();
    assert_eq!(kinds, ["order.cancelled", "order.confirmed", "order.created"], "newest first, by when it happened");

    // What has been read stays read.
    let path = format!("/api/notifications/{}/read", told[0]["id"].as_str().unwrap());
    let read = stack.request(http::Method::PATCH, &path).token(&ada.token).send().await;
    assert_eq!(read.status, 200, "{read}");
    stack.notify(&cancelled).await;
    let again = stack.notified(&ada, 3).await;
    assert_eq!((again.len(), &again[0]["read"], &again[1..]), (3, &json!(true), &told[1..]));
}
