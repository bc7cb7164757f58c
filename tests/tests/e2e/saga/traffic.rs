//! Customers who buy and cancel whatever happens, and what has to be true of their orders in the end.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};
use tests::{Person, Stack};

/// What a client was told of an order: that it was placed, and maybe that it was cancelled.
pub(super) struct Acknowledged {
    pub(super) id: String,
    pub(super) cancelled: bool,
}

/// A number below this one. Each run of the test is another; what went wrong is in the logs that are kept.
pub(super) fn random(below: usize) -> usize {
    let bits = RandomState::new().hash_one(0);
    usize::try_from(bits % below as u64).unwrap()
}

/// Buys and cancels until it is told to stop, or the stack is gone. Some clients come again when something is out of
/// order, some don't.
pub(super) async fn client(
    stack: &Stack,
    person: &Person,
    products: &[String],
    number: usize,
    stop: &AtomicBool,
    acknowledged: impl Fn(),
) -> Vec<Acknowledged> {
    let mut orders = Vec::new();
    for turn in 0.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let mut lines: Vec<(&str, u32)> = Vec::new();
        for _ in 0..=random(products.len()) {
            lines.push((&products[random(products.len())], 1 + u32::try_from(random(3)).unwrap()));
        }
        let key = format!("{number} {turn}");
        let patient = number.is_multiple_of(2);
        let answer = loop {
            let sent = stack.order(person, &lines).header("idempotency-key", &*key).try_send().await;
            let Ok(answer) = sent else { return orders };
            if !(patient && answer.status.is_server_error()) {
                break answer;
            }
        };
        match answer.status.as_u16() {
            201 => {}
            400 => {
                assert_eq!(answer.body["error"]["code"], "INSUFFICIENT_STOCK", "{answer}");
                continue;
            }
            502..=504 => continue,
            _ => panic!("{answer}"),
        }
        let id = answer.data()["orderId"].as_str().unwrap().to_owned();
        orders.push(Acknowledged { id: id.clone(), cancelled: false });
        acknowledged();
        if random(4) == 0 {
            let path = format!("/api/orders/{id}/cancel");
            let Ok(answer) = stack.post(&path).token(&person.token).try_send().await else { return orders };
            match answer.status.as_u16() {
                200 => orders.last_mut().unwrap().cancelled = true,
                409 | 502..=504 => {}
                _ => panic!("{answer}"),
            }
        }
    }
    orders
}

/// Nothing that was acknowledged is lost or undone, no order is pending, every unit is where it belongs, and every
/// order's customer was told of it once.
pub(super) async fn assert_all_ended(
    stack: &Stack,
    person: &Person,
    there_was: &[(&str, u64)],
    orders: &[Acknowledged],
) {
    stack.assert_sound(there_was).await;
    let found: BTreeMap<String, Value> = stack
        .items("OrdersTable")
        .await
        .into_iter()
        .map(|order| (order["orderId"].as_str().unwrap().to_owned(), order))
        .collect();
    let unique: BTreeSet<&str> = orders.iter().map(|order| order.id.as_str()).collect();
    assert_eq!(unique.len(), orders.len(), "one order for two requests");
    for Acknowledged { id, cancelled } in orders {
        let order = found.get(id).unwrap_or_else(|| panic!("{id} is lost: {}", stack.folder().display()));
        assert!(!cancelled || order["status"] == "cancelled", "{order}");
    }
    let mut told: BTreeMap<(String, String), usize> = BTreeMap::new();
    for notification in stack.items("NotificationsTable").await {
        assert_eq!(notification["userId"], json!(person.id));
        let text = |name: &str| notification[name].as_str().unwrap().to_owned();
        *told.entry((text("orderId"), text("type"))).or_default() += 1;
    }
    for (id, order) in &found {
        let told = |kind: &str| told.get(&(id.clone(), kind.to_owned())).copied().unwrap_or_default();
        let [created, confirmed, cancelled] = ["order.created", "order.confirmed", "order.cancelled"].map(told);
        match order["status"].as_str().unwrap() {
            "confirmed" => assert_eq!([created, confirmed, cancelled], [1, 1, 0], "{order}"),
            _ => {
                assert!(created == 1 && confirmed <= 1 && cancelled == 1, "{created} {confirmed} {cancelled}: {order}")
            }
        }
    }
}
