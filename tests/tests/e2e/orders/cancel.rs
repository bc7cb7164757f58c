//! `POST /api/orders/{id}/cancel`

use contracts::codes;
use envelope::Code;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::Ability::OwnStack;
use tests::{Person, Setup, Stack, place};

use crate::market::{clerk, market};

const MESSAGE: &str = "Order cancelled successfully";

#[apply(e2e)]
async fn a_confirmed_order_is_cancelled_once_and_its_units_come_back() {
    let (stack, clerk, ada) = (market().await, clerk().await, market().await.visitor("Ada").await);
    let lamp = stack.stocked(clerk, 5).await;
    let id = stack.placed(&ada, &[(&lamp, 3)]).await;
    let mut order = stack.decided(&ada, &id).await;
    assert_eq!(order["status"], "confirmed");
    order["status"] = "cancelled".into();
    stack.cancel(&ada, &id).await.succeeds(200, MESSAGE, order.clone());
    stack.comes_to(5, async || stack.stock_of(&lamp).await).await;
    let again = stack.cancel(&ada, &id).await;
    again.fails(codes::ORDER_NOT_CANCELLABLE, "Order cannot be cancelled", json!({"status": "cancelled"}));
    stack.comes_to((order, 5), async || (stack.find_order(&ada, &id).await, stack.stock_of(&lamp).await)).await;
}

#[apply(e2e)]
async fn an_order_is_cancelled_by_its_customer_only() {
    let (stack, clerk) = (market().await, clerk().await);
    let (ada, bob) = (stack.visitor("Ada").await, stack.visitor("Bob").await);
    let id = stack.placed(&ada, &[(&stack.stocked(clerk, 1).await, 1)]).await;
    stack.decided(&ada, &id).await;
    for (person, id) in [(&bob, id.as_str()), (clerk, &id), (&ada, "01980000-0000-7000-8000-000000000000"), (&ada, "1")]
    {
        stack.cancel(person, id).await.fails(Code::NOT_FOUND, "Order not found", Value::Null);
    }
    assert_eq!(stack.find_order(&ada, &id).await["status"], "confirmed");
    // No body is needed for it.
    let answer = stack.post(&format!("/api/orders/{id}/cancel")).token(&ada.token).send().await;
    assert_eq!(answer.status, 200, "{answer}");
}

/// How often someone was told this of an order.
async fn told_of(stack: &Stack, person: &Person, id: &str, kind: &str) -> usize {
    let told = stack.notifications(person).await;
    told.iter().filter(|one| one["type"] == kind && one["orderId"] == json!(id)).count()
}

#[apply(e2e)]
async fn of_six_cancellations_at_once_one_is_made() {
    let stack = Setup::new().shop().await;
    let (clerk, ada) = (stack.clerk().await, stack.visitor("Ada").await);
    let lamp = stack.stocked(&clerk, 10).await;
    for confirmed in [false, true] {
        let id = stack.placed(&ada, &[(&lamp, 4)]).await;
        if confirmed {
            assert_eq!(stack.decided(&ada, &id).await["status"], "confirmed");
        }
        let answers = join_all((0..6).map(|_| stack.cancel(&ada, &id))).await;
        let (done, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
        assert_eq!((done.len(), refused.len()), (1, 5));
        assert_eq!(done[0].data()["status"], "cancelled");
        for answer in refused {
            answer.fails(codes::ORDER_NOT_CANCELLABLE, "Order cannot be cancelled", json!({"status": "cancelled"}));
        }
        stack.comes_to(10, async || stack.stock_of(&lamp).await).await;
        stack.comes_to(1, async || told_of(&stack, &ada, &id, "order.cancelled").await).await;
    }
    if place().has(OwnStack) {
        stack.assert_sound(&[(&lamp, 10)]).await;
    }
}

/// The confirmation is under way when the customer cancels: whichever comes first, the order ends cancelled, what was
/// taken for it is given back, and nobody is told that it is confirmed after it was cancelled.
#[apply(e2e)]
async fn a_cancellation_races_the_confirmation() {
    let stack = Setup::new().shop().await;
    let (clerk, ada) = (stack.clerk().await, stack.visitor("Ada").await);
    let lamp = stack.stocked(&clerk, 20).await;
    let lines = [(lamp.as_str(), 1)];
    let ids: Vec<String> = join_all((0..20).map(async |number: u32| {
        let id = stack.placed(&ada, &lines).await;
        // Some at once, some when the order has come further.
        for _ in 0..number % 5 {
            stack.find_order(&ada, &id).await;
        }
        let answer = stack.cancel(&ada, &id).await;
        assert_eq!(answer.status, 200, "{answer}");
        id
    }))
    .await;
    stack.comes_to(20, async || stack.stock_of(&lamp).await).await;
    for id in &ids {
        let order = stack.find_order(&ada, id).await;
        assert_eq!((&order["status"], &order["reason"]), (&json!("cancelled"), &Value::Null));
        for kind in ["order.created", "order.cancelled"] {
            stack.comes_to(1, async || told_of(&stack, &ada, id, kind).await).await;
        }
        let confirmed = told_of(&stack, &ada, id, "order.confirmed").await;
        let told = stack.notifications(&ada).await;
        let of_it = told.iter().filter(|one| one["orderId"] == json!(id)).count();
        assert!(confirmed <= 1 && of_it == 2 + confirmed, "{told:?}");
    }
    if place().has(OwnStack) {
        for id in &ids {
            assert_eq!(stack.hold(id).await.unwrap()["state"], "cancelled");
        }
        stack.assert_sound(&[(&lamp, 20)]).await;
    }
}
