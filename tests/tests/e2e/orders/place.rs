//! `POST /api/orders` and `GET /api/orders/{id}`

use contracts::codes;
use envelope::Code;
use serde_json::{Value, json};
use tests::{Answer, Person, Stack, is_timestamp, is_uuid_v7, order};

use crate::market::{clerk, market};

const NOBODYS: &str = "01980000-0000-7000-8000-000000000000";

async fn post(stack: &Stack, person: &Person, body: Value) -> Answer {
    stack.post("/api/orders").token(&person.token).json(body).send().await
}

#[apply(e2e)]
async fn an_order_is_placed_looked_at_and_confirmed() {
    let (stack, clerk, ada) = (market().await, clerk().await, market().await.visitor("Ada").await);
    let product = async |name: &str, price: Value| {
        let body = json!({"name": name, "price": price, "category": "Light", "stock": 10});
        stack.offer(clerk, body).await["id"].as_str().unwrap().to_owned()
    };
    let (lamp, bulb) = (product("Lamp", json!(19.99)).await, product("Bulb", json!(0.1)).await);
    let address = json!({"city": "Zürich", "street": "Bahnhofstrasse 1", "": null});
    let mut address = address.as_object().unwrap().clone();
    address.remove("");
    // A product named twice is one line, where it stood first; an id has no case.
    let body = json!({
        "items": [
            {"productId": bulb, "quantity": 1},
            {"productId": lamp.to_uppercase(), "quantity": 2},
            {"productId": bulb, "quantity": 2},
        ],
        "shippingAddress": address,
    });
    let answer = post(stack, &ada, body).await;
    let id = answer.data()["orderId"].clone();
    assert!(is_uuid_v7(&id), "{answer}");
    let items = json!([
        {"productId": bulb, "productName": "Bulb", "quantity": 3, "unitPrice": 0.1, "totalPrice": 0.3},
        {"productId": lamp, "productName": "Lamp", "quantity": 2, "unitPrice": 19.99, "totalPrice": 39.98},
    ]);
    let placed = json!({"orderId": id, "totalAmount": 40.28, "items": items, "status": "pending"});
    answer.succeeds(201, "Order created successfully", placed);
    assert_eq!(answer.header("x-service"), "order-service");
    assert_eq!(answer.header("idempotency-replayed"), "");
    assert_eq!((stack.stock_of(&lamp).await, stack.stock_of(&bulb).await), (8, 7));

    stack.decided(&ada, id.as_str().unwrap()).await;
    let path = format!("/api/orders/{}", id.as_str().unwrap());
    let found = stack.follow(&answer, &path).token(&ada.token).send().await;
    let created = &found.data()["createdAt"];
    assert!(is_timestamp(created), "{found}");
    let confirmed = json!({
        "orderId": id, "status": "confirmed", "totalAmount": 40.28, "items": items, "shippingAddress": address,
        "createdAt": created,
    });
    found.succeeds(200, "Order retrieved successfully", confirmed);
    // A price or a name that changes later changes no order.
    assert_eq!(stack.edit(clerk, &lamp, json!({"price": 1, "name": "Lantern"})).await.status, 200);
    assert_eq!(stack.find_order(&ada, id.as_str().unwrap()).await["items"], items);
}

#[apply(e2e)]
async fn an_order_is_its_customers_own() {
    let (stack, clerk) = (market().await, clerk().await);
    let (ada, bob) = (stack.visitor("Ada").await, stack.visitor("Bob").await);
    let id = stack.placed(&ada, &[(&stack.stocked(clerk, 1).await, 1)]).await;
    for (person, id) in
        [(&bob, id.as_str()), (clerk, &id), (&ada, NOBODYS), (&ada, "1"), (&ada, "%7B%7D"), (&ada, "ping")]
    {
        let answer = stack.get(&format!("/api/orders/{id}")).token(&person.token).send().await;
        answer.fails(Code::NOT_FOUND, "Order not found", Value::Null);
    }
    let found = stack.get(&format!("/api/orders/{}", id.to_uppercase())).token(&ada.token).send().await;
    assert_eq!(found.data()["orderId"], json!(id), "{found}");
    let anonymous = stack.get(&format!("/api/orders/{id}")).send().await;
    anonymous.is_the_gateways(Code::TOKEN_REQUIRED, "Authentication token required");
    let anonymous = stack.post("/api/orders").json(order(&[(NOBODYS, 1)])).send().await;
    anonymous.is_the_gateways(Code::TOKEN_REQUIRED, "Authentication token required");
}

#[apply(e2e)]
async fn an_order_is_of_something() {
    let (stack, ada) = (market().await, market().await.visitor("Ada").await);
    for (body, problem) in [
        (json!({}), "items REQUIRED"),
        (json!({"items": null}), "items REQUIRED"),
        (json!({"items": []}), "items EMPTY"),
        (json!({"items": "lamp"}), "items INVALID_TYPE"),
        (json!({"items": {"0": 1}}), "items INVALID_TYPE"),
    ] {
        let answer = post(stack, &ada, body).await;
        let details = json!({"items": "Must be non-empty array", "fields": answer.refused(&[problem])});
        answer.fails(codes::EMPTY_ORDER, "Order must contain items", details);
    }
}

#[apply(e2e)]
async fn a_malformed_line_is_shown() {
    let (stack, ada) = (market().await, market().await.visitor("Ada").await);
    let id = NOBODYS;
    for (item, problem) in [
        (json!({}), vec!["items[1].productId REQUIRED", "items[1].quantity REQUIRED"]),
        (json!("lamp"), vec!["items[1] INVALID_TYPE"]),
        (json!(null), vec!["items[1] INVALID_TYPE"]),
        (json!({"productId": " ", "quantity": 1}), vec!["items[1].productId REQUIRED"]),
        (json!({"productId": 7, "quantity": 1}), vec!["items[1].productId INVALID_TYPE"]),
        (json!({"productId": "x".repeat(101), "quantity": 1}), vec!["items[1].productId TOO_LONG"]),
        (json!({"productId": id}), vec!["items[1].quantity REQUIRED"]),
        (json!({"productId": id, "quantity": 0}), vec!["items[1].quantity OUT_OF_RANGE"]),
        (json!({"productId": id, "quantity": -1}), vec!["items[1].quantity OUT_OF_RANGE"]),
        (json!({"productId": id, "quantity": 10_001}), vec!["items[1].quantity OUT_OF_RANGE"]),
        (json!({"productId": id, "quantity": 1.5}), vec!["items[1].quantity INVALID_TYPE"]),
        (json!({"productId": id, "quantity": "1"}), vec!["items[1].quantity INVALID_TYPE"]),
        (json!({"productId": id, "quantity": 1, "price": 0.01}), vec!["items[1].price UNKNOWN_FIELD"]),
    ] {
        let answer = post(stack, &ada, json!({"items": [{"productId": id, "quantity": 1}, item]})).await;
        let details = json!({"item": item, "fields": answer.refused(&problem)});
        answer.fails(codes::INVALID_ITEM, "Invalid item format", details);
    }
    // Two lines of a product are one, and one has a most.
    let answer = post(stack, &ada, order(&[(id, 10_000), (id, 1)])).await;
    assert_eq!((answer.status.as_u16(), &answer.body["error"]["code"]), (400, &json!("INVALID_ITEM")), "{answer}");
    assert_eq!(answer.problems(), ["items[1].quantity OUT_OF_RANGE"], "{answer}");
}

#[apply(e2e)]
async fn everything_else_of_an_order_is_read_strictly_too() {
    let (stack, clerk, ada) = (market().await, clerk().await, market().await.visitor("Ada").await);
    let lamp = stack.stocked(clerk, 1).await;
    let with = |address: Value| json!({"items": [{"productId": lamp, "quantity": 1}], "shippingAddress": address});
    for (body, problem) in [
        (order(&vec![(lamp.as_str(), 1); 51]), "items TOO_MANY"),
        (with(json!("Zürich")), "shippingAddress INVALID_TYPE"),
        (with(json!(null)), "shippingAddress INVALID_TYPE"),
        (with(json!({"city": 8000})), "shippingAddress.city INVALID_TYPE"),
        (with(json!({"": "x"})), "shippingAddress INVALID_FORMAT"),
        (with(json!({"city": "x".repeat(2_045)})), "shippingAddress TOO_LONG"),
        (json!({"items": [{"productId": lamp, "quantity": 1}], "userId": "me"}), "userId UNKNOWN_FIELD"),
        (json!({"items": [{"productId": lamp, "quantity": 1}], "status": "confirmed"}), "status UNKNOWN_FIELD"),
    ] {
        let answer = post(stack, &ada, body).await;
        answer.refuses_fields(&[problem]);
    }
    assert_eq!(stack.stock_of(&lamp).await, 1);
    let answer = post(stack, &ada, with(json!({"city": "x".repeat(2_044)}))).await;
    assert_eq!(answer.status, 201, "{answer}");
}

#[apply(e2e)]
async fn an_order_that_can_not_be_filled_holds_nothing_and_leaves_nothing() {
    let (stack, clerk, ada) = (market().await, clerk().await, market().await.visitor("Ada").await);
    let (many, few) = (stack.stocked(clerk, 10).await, stack.stocked(clerk, 2).await);
    for (lines, code, message, details) in [
        (
            vec![(many.as_str(), 1), (NOBODYS, 1)],
            codes::PRODUCT_NOT_FOUND,
            "Product not found",
            json!({"productId": NOBODYS}),
        ),
        (
            vec![(many.as_str(), 1), ("lamp", 1)],
            codes::PRODUCT_NOT_FOUND,
            "Product not found",
            json!({"productId": "lamp"}),
        ),
        (
            vec![(many.as_str(), 10), (few.as_str(), 3)],
            codes::INSUFFICIENT_STOCK,
            "Insufficient stock",
            json!({"productId": few, "requested": 3, "available": 2}),
        ),
        (
            vec![(few.as_str(), 1), (many.as_str(), 1), (few.as_str(), 2)],
            codes::INSUFFICIENT_STOCK,
            "Insufficient stock",
            json!({"productId": few, "requested": 3, "available": 2}),
        ),
    ] {
        let answer = stack.order(&ada, &lines).send().await;
        answer.fails(code, message, details);
    }
    assert_eq!((stack.stock_of(&many).await, stack.stock_of(&few).await), (10, 2));
    let orders = stack.get("/api/orders").token(&ada.token).send().await;
    assert_eq!(orders.data(), &json!([]), "{orders}");
}

#[apply(e2e)]
async fn fifty_lines_are_one_order() {
    let (stack, clerk, ada) = (market().await, clerk().await, market().await.visitor("Ada").await);
    let mut ids = Vec::new();
    for _ in 0..50 {
        ids.push(stack.stocked(clerk, 10_000).await);
    }
    let lines: Vec<(&str, u32)> = ids.iter().map(|id| (id.as_str(), 10_000)).collect();
    let answer = stack.order(&ada, &lines).send().await;
    assert_eq!(answer.status, 201, "{answer}");
    assert_eq!(answer.data()["totalAmount"], json!(9_995_000), "{answer}");
    let id = answer.data()["orderId"].as_str().unwrap();
    assert_eq!(stack.decided(&ada, id).await["status"], "confirmed");
    assert_eq!((stack.stock_of(&ids[0]).await, stack.stock_of(&ids[49]).await), (0, 0));
    assert_eq!(stack.cancel(&ada, id).await.status, 200);
    let first_and_last = async || (stack.stock_of(&ids[0]).await, stack.stock_of(&ids[49]).await);
    stack.comes_to((10_000, 10_000), first_and_last).await;
}

/// The product service out of reach: a client learns which service it was, and that it may come again.
#[apply(e2e)]
#[needs(OwnStack)]
async fn a_product_service_that_crashes_or_is_away_is_told() {
    let crashing = tests::Setup::new()
        .replacing("BuildProperties: {Binary: reserve-stock}", "BuildProperties: {Binary: count-users}");
    let stack = crashing.start().await;
    let (clerk, ada) = (stack.clerk().await, stack.visitor("Ada").await);
    let lamp = stack.stocked(&clerk, 1).await;
    let answer = stack.order(&ada, &[(&lamp, 1)]).send().await;
    answer.fails(Code::BAD_GATEWAY, "product-service unavailable", json!({"service": "product-service"}));
    assert_eq!(stack.stock_of(&lamp).await, 1);
}
