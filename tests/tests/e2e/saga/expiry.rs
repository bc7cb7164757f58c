//! Holds whose time is over before their order comes, and those whose order never comes.

use contracts::codes;
use envelope::Code;
use http::Method;
use serde_json::{Value, json};
use tests::{Answer, Person, Setup, Signal, Stack, signal, try_signal};

async fn impatient() -> (Stack, Person, Person) {
    let stack = Setup::new().parameter("HoldSeconds", 1).start().await;
    let (clerk, ada) = (stack.clerk().await, stack.visitor("Ada").await);
    (stack, clerk, ada)
}

/// Sweeps until so many units are in stock.
async fn swept(stack: &Stack, product: &str, units: u64) {
    while stack.stock_of(product).await != units {
        stack.sweep().await;
    }
}

/// An order whose function was met between holding the stock and writing the order.
struct Met<'s> {
    id: String,
    pid: u32,
    request: std::pin::Pin<Box<dyn Future<Output = Answer> + 's>>,
}

/// Places orders, each under another key, until one's function is met by this signal where its stock is held and the
/// order is not written; gives the key.
async fn met<'s>(stack: &'s Stack, person: &Person, lines: &[(&str, u32)], by: Signal) -> (String, Met<'s>) {
    for attempt in 0..50 {
        let key = format!("attempt {attempt}");
        // Two tries of the write fail, and with the waits between them it takes the longer.
        let fault = json!({
            "kind": "InternalServerError", "caller": "CreateOrderFunction", "operation": "TransactWriteItems", "times": 2,
        });
        stack.inject(fault).await;
        let before = stack.items("HoldsTable").await;
        let mut request: std::pin::Pin<Box<dyn Future<Output = Answer>>> =
            Box::pin(stack.order(person, lines).header("idempotency-key", &*key).send());
        let meeting = async {
            loop {
                let holds = stack.items("HoldsTable").await;
                if let Some(new) = holds.iter().find(|hold| !before.iter().any(|old| old["orderId"] == hold["orderId"]))
                {
                    let id = new["orderId"].as_str().unwrap().to_owned();
                    let instances = stack.instances().await;
                    let at_work = instances.iter().find(|one| one.busy && one.function == "CreateOrderFunction");
                    return (id, at_work.map(|one| one.pid).filter(|pid| try_signal(*pid, by)));
                }
            }
        };
        let (id, pid) = tokio::select! {
            met = meeting => met,
            answer = &mut request => panic!("answered before it was met: {answer}"),
        };
        stack.clear_faults().await;
        let written = stack.items("OrdersTable").await.iter().any(|order| order["orderId"] == json!(id));
        if let (Some(pid), false) = (pid, written) {
            return (key, Met { id, pid, request });
        }
        // Too late this time: the order is undone, so that the next finds the same stock.
        if let Some(pid) = pid {
            try_signal(pid, Signal::CONT);
        }
        request.await;
        stack.settled().await;
        if written {
            assert_eq!(stack.cancel(person, &id).await.status, 200);
            stack.settled().await;
        }
    }
    panic!("{by:?}: never met");
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn units_held_for_an_order_that_never_comes_go_back() {
    let (stack, clerk, _) = impatient().await;
    let lamp = stack.stocked(&clerk, 10).await;
    for number in 0..3 {
        let id = format!("01980000-0000-7000-8000-00000000000{number}");
        let items = json!([{"productId": lamp, "quantity": 3}]);
        let ask = json!({"orderId": id, "fingerprint": "f", "requestId": "r", "items": items});
        let answer = stack.invoke("ReserveStockFunction", ask).await;
        assert_eq!(answer["data"]["state"], "held", "{answer}");
    }
    swept(&stack, &lamp, 10).await;
    stack.drained().await;
    assert!(stack.items("HoldsTable").await.iter().all(|hold| hold["state"] == "expired"));
    stack.assert_sound(&[(&lamp, 10)]).await;
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_killed_order_gives_its_units_back_and_the_same_request_makes_it_at_todays_price() {
    let (stack, clerk, ada) = impatient().await;
    let lamp = stack.stocked(&clerk, 10).await;
    let (key, met) = met(&stack, &ada, &[(&lamp, 4)], Signal::KILL).await;
    met.request.await.is_the_gateways(Code::BAD_GATEWAY, "Bad gateway");
    swept(&stack, &lamp, 10).await;
    stack.drained().await;
    assert_eq!(stack.hold(&met.id).await.unwrap()["state"], "expired");

    // Nothing was promised: while the lamp is not for sale, it is not sold to this request either.
    let edit = async |body| assert_eq!(stack.edit(&clerk, &lamp, body).await.status, 200);
    edit(json!({"isActive": false})).await;
    let refused = stack.placed_under(&ada, &key, &[(&lamp, 4)]).await;
    refused.fails(codes::PRODUCT_NOT_FOUND, "Product not found", json!({"productId": lamp}));
    edit(json!({"isActive": true, "price": 1, "name": "Lantern"})).await;
    let again = stack.placed_under(&ada, &key, &[(&lamp, 4)]).await;
    assert_eq!((again.status.as_u16(), again.header("idempotency-replayed")), (201, ""), "{again}");
    assert_eq!((&again.data()["orderId"], &again.data()["totalAmount"]), (&json!(met.id), &json!(4)), "{again}");
    assert_eq!(again.data()["items"][0]["productName"], "Lantern", "{again}");
    stack.settled().await;
    let end = stack.find_order(&ada, &met.id).await;
    // If its time was over once more before it was settled, that ended it; both ends are in order.
    assert!(end["status"] == "confirmed" || end["reason"] == "expired", "{end}");
    stack.assert_sound(&[(&lamp, 10)]).await;
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_killed_order_whose_units_were_sold_meanwhile_is_refused() {
    let (stack, clerk, ada) = impatient().await;
    let lamp = stack.stocked(&clerk, 10).await;
    let (key, met) = met(&stack, &ada, &[(&lamp, 4)], Signal::KILL).await;
    met.request.await.is_the_gateways(Code::BAD_GATEWAY, "Bad gateway");
    swept(&stack, &lamp, 10).await;
    let sold = stack.request(Method::PATCH, &format!("/api/products/{lamp}/stock")).token(&clerk.token);
    assert_eq!(sold.json(json!({"quantity": 7})).send().await.status, 200);
    let again = stack.placed_under(&ada, &key, &[(&lamp, 4)]).await;
    let details = json!({"productId": lamp, "requested": 4, "available": 3});
    again.fails(codes::INSUFFICIENT_STOCK, "Insufficient stock", details);
    stack.settled().await;
    stack.assert_sound(&[(&lamp, 3)]).await;
}

/// The order is written after its hold has expired: its `order.created` takes the units again.
#[apply(e2e)]
#[needs(OwnStack)]
async fn a_late_order_takes_its_units_again() {
    let (stack, clerk, ada) = impatient().await;
    let lamp = stack.stocked(&clerk, 10).await;
    let (_, met) = met(&stack, &ada, &[(&lamp, 4)], Signal::STOP).await;
    swept(&stack, &lamp, 10).await;
    stack.drained().await;
    assert_eq!(stack.hold(&met.id).await.unwrap()["state"], "expired");
    signal(met.pid, Signal::CONT);
    let answer = met.request.await;
    assert_eq!(answer.status, 201, "{answer}");
    stack.hurried().await;
    assert_eq!(stack.find_order(&ada, &met.id).await["status"], "confirmed");
    let books = stack.assert_sound(&[(&lamp, 10)]).await;
    assert_eq!((books[&lamp].stock, books[&lamp].sold), (6, 4));
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_late_order_whose_units_are_gone_is_cancelled() {
    let (stack, clerk, ada) = impatient().await;
    let lamp = stack.stocked(&clerk, 10).await;
    let (_, met) = met(&stack, &ada, &[(&lamp, 4)], Signal::STOP).await;
    swept(&stack, &lamp, 10).await;
    stack.drained().await;
    let sold = stack.request(Method::PATCH, &format!("/api/products/{lamp}/stock")).token(&clerk.token);
    assert_eq!(sold.json(json!({"quantity": 7})).send().await.status, 200);
    signal(met.pid, Signal::CONT);
    let answer = met.request.await;
    assert_eq!(answer.status, 201, "{answer}");
    stack.hurried().await;
    let end = stack.find_order(&ada, &met.id).await;
    assert_eq!((&end["status"], &end["reason"]), (&json!("cancelled"), &json!("insufficient stock")));
    stack.assert_sound(&[(&lamp, 3)]).await;
    assert_eq!(stack.stock_of(&lamp).await, 3);
    let told = &stack.notifications(&ada).await[0]["message"];
    assert_eq!(*told, json!(format!("Your order {} was cancelled: insufficient stock", met.id)));
}

/// The sweep comes before the order's event: the order, which is pending, is cancelled by it.
#[apply(e2e)]
#[needs(OwnStack)]
async fn a_pending_order_whose_hold_expires_is_cancelled_and_its_late_event_changes_nothing() {
    let (stack, clerk, ada) = impatient().await;
    let lamp = stack.stocked(&clerk, 10).await;
    stack
        .inject(json!({"kind": "InternalServerError", "caller": "SettleReservationFunction", "times": 1_000_000}))
        .await;
    let id = stack.placed(&ada, &[(&lamp, 4)]).await;
    swept(&stack, &lamp, 10).await;
    let order: Value = loop {
        let order = stack.find_order(&ada, &id).await;
        if order["status"] != "pending" {
            break order;
        }
    };
    assert_eq!((&order["status"], &order["reason"]), (&json!("cancelled"), &json!("expired")));
    stack.clear_faults().await;
    stack.hurried().await;
    assert_eq!(stack.find_order(&ada, &id).await, order);
    assert_eq!(stack.hold(&id).await.unwrap()["state"], "cancelled");
    stack.assert_sound(&[(&lamp, 10)]).await;
    assert_eq!(stack.stock_of(&lamp).await, 10);
    let told = stack.notifications(&ada).await;
    let messages: Vec<&str> = told.iter().map(|one| one["message"].as_str().unwrap()).collect();
    assert_eq!(messages, [format!("Your order {id} was cancelled: expired"), format!("Your order {id} was received")]);
}
