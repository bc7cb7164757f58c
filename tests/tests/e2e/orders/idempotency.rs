//! `Idempotency-Key`: a request that is sent again is the same order.

use contracts::codes;
use envelope::Code;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::{Answer, Person, Stack, order};

use crate::market::{clerk, market};

const MESSAGE: &str = "Order created successfully";

async fn post(stack: &Stack, person: &Person, key: &str, body: Value) -> Answer {
    stack.post("/api/orders").token(&person.token).header("idempotency-key", key).json(body).send().await
}

#[track_caller]
fn assert_replays(answer: &Answer, first: &Answer) {
    answer.succeeds(201, MESSAGE, first.data().clone());
    assert_eq!(answer.header("idempotency-replayed"), "true", "{answer}");
    assert_eq!(answer.header("location"), first.header("location"), "{answer}");
}

async fn orders(stack: &Stack, person: &Person) -> usize {
    let answer = stack.get("/api/orders?limit=100").token(&person.token).send().await;
    answer.data().as_array().unwrap_or_else(|| panic!("{answer}")).len()
}

#[apply(e2e)]
async fn eight_equal_requests_at_once_are_one_order() {
    let (stack, clerk, ada) = (market().await, clerk().await, market().await.visitor("Ada").await);
    let lamp = stack.stocked(clerk, 100).await;
    for round in 0..3 {
        let before = stack.stock_of(&lamp).await;
        let body = order(&[(&lamp, 3)]);
        let key = format!("round {round}");
        let answers = join_all((0..8).map(|_| post(stack, &ada, &key, body.clone()))).await;
        let (new, replayed): (Vec<_>, Vec<_>) =
            answers.iter().partition(|answer| answer.header("idempotency-replayed").is_empty());
        assert_eq!((new.len(), replayed.len()), (1, 7));
        let id = &new[0].data()["orderId"];
        assert!(id.as_str().is_some_and(|id| id.len() == 36), "{}", new[0]);
        let line =
            json!({"productId": lamp, "productName": "Lamp", "quantity": 3, "unitPrice": 19.99, "totalPrice": 59.97});
        let placed = json!({"orderId": id, "totalAmount": 59.97, "items": [line], "status": "pending"});
        new[0].succeeds(201, MESSAGE, placed);
        for answer in replayed {
            assert_replays(answer, new[0]);
        }
        assert_eq!(stack.stock_of(&lamp).await, before - 3);
    }
    stack.comes_to(3, async || orders(stack, &ada).await).await;
}

#[apply(e2e)]
async fn however_it_is_written_the_same_request_gets_the_first_answer_whatever_became_of_the_order() {
    let (stack, clerk, ada) = (market().await, clerk().await, market().await.visitor("Ada").await);
    let (lamp, bulb) = (stack.stocked(clerk, 10).await, stack.stocked(clerk, 10).await);
    let first = post(stack, &ada, "k1", order(&[(&lamp, 2), (&bulb, 1)])).await;
    assert_eq!((first.status.as_u16(), first.header("idempotency-replayed")), (201, ""), "{first}");
    let id = first.data()["orderId"].as_str().unwrap();
    // A UUID of version 8 (RFC 9562), made of user and key.
    assert_eq!(&id[14..15], "8");
    let same = [order(&[(&bulb, 1), (&lamp, 2)]), order(&[(&lamp.to_uppercase(), 1), (&bulb, 1), (&lamp, 1)])];
    for body in &same {
        assert_replays(&post(stack, &ada, "k1", body.clone()).await, &first);
    }
    assert_eq!(stack.decided(&ada, id).await["status"], "confirmed");
    assert_replays(&post(stack, &ada, "k1", same[0].clone()).await, &first);
    // Also when it could not be placed any more.
    assert_eq!(stack.edit(clerk, &lamp, json!({"isActive": false, "price": 1})).await.status, 200);
    assert_replays(&post(stack, &ada, "k1", same[1].clone()).await, &first);
    assert_eq!(stack.cancel(&ada, id).await.status, 200);
    assert_replays(&post(stack, &ada, "k1", same[0].clone()).await, &first);
    stack.comes_to((10, 1), async || (stack.stock_of(&bulb).await, orders(stack, &ada).await)).await;
    assert_replays(&post(stack, &ada, "k1", same[0].clone()).await, &first);
    assert_eq!(stack.find_order(&ada, id).await["status"], "cancelled");
    assert_eq!((stack.stock_of(&bulb).await, orders(stack, &ada).await), (10, 1));
}

#[apply(e2e)]
async fn a_reused_key_with_another_body_is_refused() {
    let (stack, clerk, ada) = (market().await, clerk().await, market().await.visitor("Ada").await);
    let (lamp, bulb) = (stack.stocked(clerk, 10).await, stack.stocked(clerk, 10).await);
    let first = post(stack, &ada, "k1", order(&[(&lamp, 2)])).await;
    assert_eq!(first.status, 201, "{first}");
    let mut addressed = order(&[(&lamp, 2)]);
    addressed["shippingAddress"] = json!({"city": "Zürich"});
    for settled in [false, true] {
        for body in [order(&[(&lamp, 1)]), order(&[(&bulb, 2)]), order(&[(&lamp, 2), (&bulb, 1)]), addressed.clone()] {
            let answer = post(stack, &ada, "k1", body).await;
            let message = "Idempotency key reused with a different request";
            answer.fails(Code::IDEMPOTENCY_KEY_REUSED, message, Value::Null);
        }
        if !settled {
            stack.decided(&ada, first.data()["orderId"].as_str().unwrap()).await;
        }
    }
    assert_eq!((stack.stock_of(&lamp).await, stack.stock_of(&bulb).await), (8, 10));
}

/// Two requests that differ, at once: one is the order, the other is refused, and nothing is held for it.
#[apply(e2e)]
async fn of_two_bodies_at_once_under_one_key_one_wins() {
    let (stack, clerk, ada) = (market().await, clerk().await, market().await.visitor("Ada").await);
    let lamp = stack.stocked(clerk, 1_000).await;
    for round in 0..5 {
        let before = stack.stock_of(&lamp).await;
        let key = format!("round {round}");
        let (one, two) =
            tokio::join!(post(stack, &ada, &key, order(&[(&lamp, 1)])), post(stack, &ada, &key, order(&[(&lamp, 2)])));
        let mut statuses = [one.status.as_u16(), two.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 422], "{one}{two}");
        let taken = if one.status == 201 { 1 } else { 2 };
        assert_eq!(stack.stock_of(&lamp).await, before - taken);
    }
}

#[apply(e2e)]
async fn a_refused_first_try_leaves_the_key_free() {
    let (stack, clerk, ada) = (market().await, clerk().await, market().await.visitor("Ada").await);
    let lamp = stack.stocked(clerk, 1).await;
    let refused = post(stack, &ada, "k1", order(&[(&lamp, 2)])).await;
    refused.fails(
        codes::INSUFFICIENT_STOCK,
        "Insufficient stock",
        json!({"productId": lamp, "requested": 2, "available": 1}),
    );
    let another = post(stack, &ada, "k1", order(&[(&lamp, 1)])).await;
    assert_eq!((another.status.as_u16(), another.header("idempotency-replayed")), (201, ""), "{another}");
}

#[apply(e2e)]
async fn a_key_is_a_customers_own() {
    let (stack, clerk) = (market().await, clerk().await);
    let (ada, bob) = (stack.visitor("Ada").await, stack.visitor("Bob").await);
    let lamp = stack.stocked(clerk, 10).await;
    let first = post(stack, &ada, "k1", order(&[(&lamp, 1)])).await;
    for body in [order(&[(&lamp, 1)]), order(&[(&lamp, 2)])] {
        let key = format!("k{}", body["items"][0]["quantity"]);
        let answer = post(stack, &bob, &key, body).await;
        assert_eq!((answer.status.as_u16(), answer.header("idempotency-replayed")), (201, ""), "{answer}");
        assert_ne!(answer.data()["orderId"], first.data()["orderId"]);
    }
    assert_eq!(stack.stock_of(&lamp).await, 6);
}

#[apply(e2e)]
async fn a_bare_and_a_quoted_key_are_the_same_and_case_is_not() {
    let (stack, clerk, ada) = (market().await, clerk().await, market().await.visitor("Ada").await);
    let lamp = stack.stocked(clerk, 10).await;
    let longest = "x".repeat(255);
    for (bare, quoted) in [("k1", "\"k1\""), ("a b", "  \"a b\" "), (&longest, &format!("\"{longest}\""))] {
        let first = post(stack, &ada, bare, order(&[(&lamp, 1)])).await;
        assert_eq!((first.status.as_u16(), first.header("idempotency-replayed")), (201, ""), "{first}");
        assert_replays(&post(stack, &ada, quoted, order(&[(&lamp, 1)])).await, &first);
    }
    let other = post(stack, &ada, "K1", order(&[(&lamp, 1)])).await;
    assert_eq!((other.status.as_u16(), other.header("idempotency-replayed")), (201, ""), "{other}");
}

#[apply(e2e)]
async fn a_key_that_is_none_is_refused() {
    let (stack, clerk, ada) = (market().await, clerk().await, market().await.visitor("Ada").await);
    let lamp = stack.stocked(clerk, 1).await;
    let long = "x".repeat(256);
    for (key, code, message) in [
        ("", "REQUIRED", "must not be empty; leave it out instead"),
        ("\"\"", "REQUIRED", "must not be empty; leave it out instead"),
        (long.as_str(), "TOO_LONG", "must be at most 255 bytes"),
        (&format!("\"{long}\""), "TOO_LONG", "must be at most 255 bytes"),
        ("\"open", "INVALID_FORMAT", "must be one quoted string"),
        ("\"a\" \"b\"", "INVALID_FORMAT", "must be one quoted string"),
        ("schlüssel", "INVALID_FORMAT", "must be printable ASCII"),
    ] {
        let answer = post(stack, &ada, key, order(&[(&lamp, 1)])).await;
        let details = json!({"fields": [{"field": "Idempotency-Key", "code": code, "message": message}]});
        answer.fails(Code::INVALID_FIELDS, "Validation failed", details);
    }
    assert_eq!(stack.stock_of(&lamp).await, 1);
}

/// Places an order with these headers, one line each: those of `refused` name two keys, those of `accepted` one.
async fn one_key(refused: &[&[&str]], accepted: &[&str]) {
    let (stack, clerk, ada) = (market().await, clerk().await, market().await.visitor("Ada").await);
    let lamp = stack.stocked(clerk, 10).await;
    let post = async |keys: &[&str]| {
        let request = stack.post("/api/orders").token(&ada.token).json(order(&[(&lamp, 1)]));
        keys.iter().fold(request, |request, key| request.header("idempotency-key", *key)).send().await
    };
    for keys in refused {
        let message = "must be one, not several that differ";
        let problem = json!({"field": "Idempotency-Key", "code": "INVALID_VALUE", "message": message});
        post(keys).await.fails(Code::INVALID_FIELDS, "Validation failed", json!({"fields": [problem]}));
    }
    assert_eq!(stack.stock_of(&lamp).await, 10);
    let first = post(accepted).await;
    assert_eq!((first.status.as_u16(), first.header("idempotency-replayed")), (201, ""), "{first}");
    assert_replays(&post(&["k1"]).await, &first);
}

#[apply(e2e)]
async fn a_line_has_one_key() {
    one_key(&[&["k1, k2"], &["k1,K1"], &["\"k1\", \"k2\""]], &["k1, \"k1\""]).await;
}

// Other gateways give a function one of two lines, or both as one.
#[apply(e2e)]
#[needs(Gateway)]
async fn a_request_has_one_key() {
    one_key(&[&["k1", "k2"], &["k1", "K1"], &["\"k1\"", "\"k2\""], &["k1", "k1, k2"]], &["k1", "\"k1\""]).await;
}
