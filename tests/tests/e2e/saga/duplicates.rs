//! What comes twice, and what comes after the end.

use serde_json::{Value, json};
use tests::Stack;

/// The body of the one message on a queue whose consumer fails.
async fn intercepted(stack: &Stack, queue: &str) -> String {
    loop {
        if let [body] = stack.bodies(queue).await.as_slice() {
            return body.clone();
        }
    }
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn what_comes_again_after_the_order_was_cancelled_moves_no_unit() {
    let stack = Stack::start().await;
    let (clerk, ada) = (stack.clerk().await, stack.visitor("Ada").await);
    let lamp = stack.stocked(&clerk, 10).await;
    let lines = [(lamp.as_str(), 4)];

    // Everything that is said about one order: the first is caught on its way, the others stay with what they tell of.
    let failing = json!({"kind": "InternalServerError", "caller": "SettleReservationFunction", "times": 1_000_000});
    stack.inject(failing).await;
    let first = stack.placed_under(&ada, "k1", &lines).await;
    let id = first.data()["orderId"].as_str().unwrap().to_owned();
    let created = intercepted(&stack, "HoldsQueue").await;
    stack.clear_faults().await;
    stack.hurried().await;
    assert_eq!(stack.find_order(&ada, &id).await["status"], "confirmed");
    let settled = stack.hold(&id).await.unwrap()["event"].to_string();
    assert_eq!(stack.cancel(&ada, &id).await.status, 200);
    stack.hurried().await;
    let cancelled = stack.items("OrdersTable").await[0]["event"].to_string();
    let fingerprint = stack.hold(&id).await.unwrap()["fingerprint"].clone();
    let reserve = json!({
        "orderId": id, "fingerprint": fingerprint, "requestId": "r1", "items": [{"productId": lamp, "quantity": 4}],
    });
    for (body, kind) in [(&created, "order.created"), (&settled, "stock.settled"), (&cancelled, "order.cancelled")] {
        assert_eq!(serde_json::from_str::<Value>(body).unwrap()["type"], kind);
    }

    for _ in 0..3 {
        let put = |queue, body| stack.put_on(queue, body);
        let invoke = || stack.invoke("ReserveStockFunction", reserve.clone());
        let (again, _, _, _, _, _, _, _) = tokio::join!(
            invoke(),
            put("HoldsQueue", &created),
            put("OrdersQueue", &settled),
            put("HoldsQueue", &cancelled),
            put("HoldsQueue", &created),
            put("NotificationsQueue", &created),
            put("NotificationsQueue", &cancelled),
            stack.placed_under(&ada, "k1", &lines),
        );
        assert_eq!((&again["success"], &again["data"]["state"]), (&json!(true), &json!("cancelled")), "{again}");
        assert_eq!(again["data"]["items"][0]["quantity"], json!(4), "{again}");
        stack.hurried().await;
        assert_eq!(stack.stock_of(&lamp).await, 10);
        assert_eq!(stack.hold(&id).await.unwrap()["state"], "cancelled");
        assert_eq!(stack.find_order(&ada, &id).await["status"], "cancelled");
        stack.assert_sound(&[(&lamp, 10)]).await;
    }
    let replayed = stack.placed_under(&ada, "k1", &lines).await;
    assert_eq!((replayed.header("idempotency-replayed"), replayed.data()), ("true", first.data()));
    assert_eq!(stack.notifications(&ada).await.len(), 3);
    assert_eq!(stack.items("OrdersTable").await.len(), 1);
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_reservation_asked_for_many_times_at_once_is_one_and_another_under_its_id_is_refused() {
    let stack = Stack::start().await;
    let clerk = stack.clerk().await;
    let lamp = stack.stocked(&clerk, 10).await;
    let ask = |fingerprint: &str, quantity: u32| {
        let items = json!([{"productId": lamp, "quantity": quantity}]);
        let id = "01980000-0000-7000-8000-0000000000bb";
        stack.invoke(
            "ReserveStockFunction",
            json!({"orderId": id, "fingerprint": fingerprint, "requestId": "r", "items": items}),
        )
    };
    let answers = futures_util::future::join_all((0..8).map(|_| ask("f1", 4))).await;
    let held = json!({"success": true, "data": {
        "items": [{"productId": lamp, "productName": "Lamp", "quantity": 4, "unitPrice": 1999, "totalPrice": 7996}],
        "totalAmount": 7996,
        "state": "held",
        "holdGeneration": 1,
    }});
    for answer in answers {
        assert_eq!(answer, held);
    }
    let other = ask("f2", 5).await;
    assert_eq!(
        (&other["success"], &other["error"]["code"]),
        (&json!(false), &json!("IDEMPOTENCY_KEY_REUSED")),
        "{other}"
    );
    // Its time is not over, so a sweep lets it be.
    stack.sweep().await;
    assert_eq!(stack.stock_of(&lamp).await, 6);
}

/// The cancellation overtakes everything that came before it: nothing is held or sold afterwards.
#[apply(e2e)]
#[needs(OwnStack)]
async fn a_cancellation_that_comes_first_is_remembered() {
    let stack = Stack::start().await;
    let clerk = stack.clerk().await;
    let lamp = stack.stocked(&clerk, 10).await;
    let id = "01980000-0000-7000-8000-0000000000cc";
    let event = |kind: &str, data: Value| {
        json!({
            "specversion": "1.0", "id": format!("{kind} of {id}"), "source": "/services/order-service", "type": kind,
            "subject": id, "time": "2026-01-31T12:00:00.000Z", "datacontenttype": "application/json", "data": data,
            "requestid": "r1",
        })
        .to_string()
    };
    stack.put_on("HoldsQueue", &event("order.cancelled", json!({"orderId": id, "userId": "u"}))).await;
    stack.hurried().await;
    let marker = stack.hold(id).await.unwrap();
    let thirty_days = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs() + 30 * 24 * 60 * 60;
    assert!(marker["forgetAt"].as_u64().unwrap().abs_diff(thirty_days) < 300, "{marker}");
    let items = json!([{"productId": lamp, "quantity": 4}]);
    let ask = json!({"orderId": id, "fingerprint": "f", "requestId": "r", "items": items});
    let answer = stack.invoke("ReserveStockFunction", ask).await;
    assert_eq!(answer["data"]["state"], "cancelled", "{answer}");
    stack.put_on("HoldsQueue", &event("order.created", json!({"orderId": id, "userId": "u", "totalAmount": 1}))).await;
    stack.hurried().await;
    assert_eq!((stack.stock_of(&lamp).await, &stack.hold(id).await.unwrap()["state"]), (10, &json!("cancelled")));
    assert_eq!(stack.dead_letters().await, [].into());
}
