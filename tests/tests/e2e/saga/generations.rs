//! Orders whose first write failed: their hold expires, and another one follows it under the same key.

use contracts::codes;
use envelope::Code;
use http::Method;
use serde_json::{Value, json};
use tests::{Person, Setup, Stack};

async fn shop() -> (Stack, Person, Person) {
    let stack = Setup::new().parameter("HoldSeconds", 5).start().await;
    let (clerk, ada) = (stack.clerk().await, stack.visitor("Ada").await);
    (stack, clerk, ada)
}

/// Makes every database call of a function fail, or those of one operation.
async fn hold_up(stack: &Stack, function: &str, operation: Option<&str>) {
    let mut fault = json!({"kind": "InternalServerError", "caller": function, "times": 1_000_000});
    if let Some(operation) = operation {
        fault["operation"] = json!(operation);
    }
    stack.inject(fault).await;
}

/// An order under the key `f1` whose write fails: its units are held. Gives the order's id.
async fn unwritten(stack: &Stack, person: &Person, lines: &[(&str, u32)]) -> String {
    hold_up(stack, "CreateOrderFunction", Some("TransactWriteItems")).await;
    let answer = stack.order(person, lines).header("idempotency-key", "f1").send().await;
    answer.fails(Code::SERVICE_UNAVAILABLE, "Service temporarily unavailable", Value::Null);
    stack.clear_faults().await;
    let [hold] = &stack.items("HoldsTable").await[..] else { panic!("one hold") };
    assert_eq!(hold["state"], "held");
    hold["orderId"].as_str().unwrap().to_owned()
}

/// Waits until the time of a hold is over.
async fn outlived(stack: &Stack, order: &str) {
    let expires_at = stack.hold(order).await.unwrap()["expiresAt"].as_u64().unwrap();
    while std::time::UNIX_EPOCH.elapsed().unwrap().as_secs() < expires_at {
        stack.hold(order).await;
    }
}

/// Waits until a hold is in this state.
async fn until(stack: &Stack, order: &str, state: &str) {
    while stack.hold(order).await.unwrap()["state"] != state {}
}

/// The order is placed now, and by this request.
async fn placed_now(stack: &Stack, person: &Person, lines: &[(&str, u32)]) -> Value {
    let answer = stack.order(person, lines).header("idempotency-key", "f1").send().await;
    assert_eq!((answer.status.as_u16(), answer.header("idempotency-replayed")), (201, ""), "{answer}");
    answer.data().clone()
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_retry_buys_only_what_is_for_sale_at_todays_price() {
    let (stack, clerk, ada) = shop().await;
    let lamp = stack.stocked(&clerk, 10).await;
    let id = unwritten(&stack, &ada, &[(&lamp, 3)]).await;
    outlived(&stack, &id).await;
    stack.sweep().await;
    assert_eq!(stack.hold(&id).await.unwrap()["state"], "expired");
    let edit = async |body| assert_eq!(stack.edit(&clerk, &lamp, body).await.status, 200);
    edit(json!({"isActive": false, "price": 25, "name": "Lantern"})).await;
    for key in ["f1", "f2"] {
        let refused = stack.order(&ada, &[(&lamp, 3)]).header("idempotency-key", key).send().await;
        refused.fails(codes::PRODUCT_NOT_FOUND, "Product not found", json!({"productId": lamp}));
    }
    edit(json!({"isActive": true})).await;
    let placed = placed_now(&stack, &ada, &[(&lamp, 3)]).await;
    assert_eq!((&placed["orderId"], &placed["totalAmount"]), (&json!(id), &json!(75)));
    assert_eq!(placed["items"][0]["productName"], "Lantern");
    stack.hurried().await;
    let order = stack.find_order(&ada, &id).await;
    assert_eq!((&order["status"], &order["totalAmount"]), (&json!("confirmed"), &json!(75)));
    stack.assert_sound(&[(&lamp, 10)]).await;
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn an_order_is_not_cancelled_because_an_earlier_hold_of_it_expired() {
    let (stack, clerk, ada) = shop().await;
    let lamp = stack.stocked(&clerk, 10).await;
    let id = unwritten(&stack, &ada, &[(&lamp, 3)]).await;
    outlived(&stack, &id).await;
    hold_up(&stack, "ApplyStockEventFunction", None).await;
    stack.sweep().await;
    placed_now(&stack, &ada, &[(&lamp, 3)]).await;
    until(&stack, &id, "settled").await;
    assert_eq!(stack.find_order(&ada, &id).await["status"], "pending");
    stack.clear_faults().await;
    stack.hurried().await;
    assert_eq!(stack.find_order(&ada, &id).await["status"], "confirmed");
    assert_eq!(stack.assert_sound(&[(&lamp, 10)]).await[&lamp].sold, 3);
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_retry_has_its_hold_for_the_full_time_also_when_no_sweep_has_expired_the_one_before() {
    let (stack, clerk, ada) = shop().await;
    let lamp = stack.stocked(&clerk, 10).await;
    let id = unwritten(&stack, &ada, &[(&lamp, 3)]).await;
    outlived(&stack, &id).await;
    // The sweep comes before the order's event.
    hold_up(&stack, "SettleReservationFunction", None).await;
    placed_now(&stack, &ada, &[(&lamp, 3)]).await;
    stack.sweep().await;
    assert_eq!(stack.hold(&id).await.unwrap()["state"], "held");
    stack.clear_faults().await;
    stack.hurried().await;
    assert_eq!(stack.find_order(&ada, &id).await["status"], "confirmed");
    assert_eq!(stack.assert_sound(&[(&lamp, 10)]).await[&lamp].sold, 3);
}

/// The order is written, only not settled yet: that its customer asks again does not cancel it.
#[apply(e2e)]
#[needs(OwnStack)]
async fn a_retry_past_the_time_of_a_hold_leaves_a_written_order_its_units_and_its_price() {
    let (stack, clerk, ada) = shop().await;
    let (lamp, chair) = (stack.stocked(&clerk, 10).await, stack.stocked(&clerk, 10).await);
    hold_up(&stack, "SettleReservationFunction", None).await;
    let mut orders = Vec::new();
    for (key, product) in [("f1", &lamp), ("f2", &chair)] {
        orders.push(stack.placed_under(&ada, key, &[(product, 3)]).await.data().clone());
    }
    for order in &orders {
        outlived(&stack, order["orderId"].as_str().unwrap()).await;
    }
    for (product, change) in [(&lamp, json!({"price": 25})), (&chair, json!({"isActive": false}))] {
        assert_eq!(stack.edit(&clerk, product, change).await.status, 200);
    }
    for ((key, product), first) in [("f1", &lamp), ("f2", &chair)].into_iter().zip(&orders) {
        let again = stack.placed_under(&ada, key, &[(product, 3)]).await;
        assert_eq!((again.status.as_u16(), again.header("idempotency-replayed")), (201, "true"), "{again}");
        assert_eq!(again.data(), first);
    }
    stack.clear_faults().await;
    stack.hurried().await;
    for order in &orders {
        let end = stack.find_order(&ada, order["orderId"].as_str().unwrap()).await;
        assert_eq!((&end["status"], &end["totalAmount"]), (&json!("confirmed"), &order["totalAmount"]), "{end}");
    }
    stack.assert_sound(&[(&lamp, 10), (&chair, 10)]).await;
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_key_is_free_again_when_its_unwritten_order_was_refused() {
    let (stack, clerk, ada) = shop().await;
    let (lamp, chair) = (stack.stocked(&clerk, 10).await, stack.stocked(&clerk, 10).await);
    let id = unwritten(&stack, &ada, &[(&lamp, 3)]).await;
    let order = async |lines: &[(&str, u32)]| stack.order(&ada, lines).header("idempotency-key", "f1").send().await;
    // Nobody knows yet whether there is an order of the first request.
    let message = "Idempotency key reused with a different request";
    order(&[(&chair, 1)]).await.fails(Code::IDEMPOTENCY_KEY_REUSED, message, Value::Null);
    outlived(&stack, &id).await;
    stack.sweep().await;
    let sold = stack.request(Method::PATCH, &format!("/api/products/{lamp}/stock")).token(&clerk.token);
    assert_eq!(sold.json(json!({"quantity": 9})).send().await.status, 200);
    let details = json!({"productId": lamp, "requested": 3, "available": 1});
    order(&[(&lamp, 3)]).await.fails(codes::INSUFFICIENT_STOCK, "Insufficient stock", details);
    let placed = placed_now(&stack, &ada, &[(&chair, 1)]).await;
    assert_eq!(placed["orderId"], json!(id));
    order(&[(&lamp, 1)]).await.fails(Code::IDEMPOTENCY_KEY_REUSED, message, Value::Null);
    stack.hurried().await;
    assert_eq!(stack.find_order(&ada, &id).await["status"], "confirmed");
    stack.assert_sound(&[(&lamp, 1), (&chair, 10)]).await;
}
