//! How often each endpoint of products, orders and notifications asks the database.

use http::Method;
use serde_json::{Value, json};
use tests::Stack;

/// The calls of these functions since the last look.
async fn calls(stack: &Stack, functions: &[&str]) -> Value {
    let mut calls = stack.control(Method::DELETE, "dynamodb/calls").await;
    calls.as_object_mut().unwrap().retain(|function, _| functions.contains(&function.as_str()));
    for operations in calls.as_object_mut().unwrap().values_mut() {
        for usage in operations.as_object_mut().unwrap().values_mut() {
            *usage = usage["calls"].take();
        }
    }
    calls
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn an_order_is_three_round_trips_whatever_its_lines() {
    const FUNCTIONS: &[&str] = &["CreateOrderFunction", "ReserveStockFunction"];
    let stack = Stack::start().await;
    let (clerk, ada) = (stack.clerk().await, stack.visitor("Ada").await);
    let mut ids = Vec::new();
    for _ in 0..50 {
        ids.push(stack.stocked(&clerk, 10).await);
    }
    let all: Vec<(&str, u32)> = ids.iter().map(|id| (id.as_str(), 1)).collect();
    // Makes both functions start, which may ask as they like.
    stack.placed(&ada, &all[..1]).await;
    calls(&stack, FUNCTIONS).await;
    let three = json!({
        "CreateOrderFunction": {"TransactWriteItems": 1},
        "ReserveStockFunction": {"BatchGetItem": 1, "TransactWriteItems": 1},
    });
    for lines in [&all[..1], &all[..]] {
        stack.placed(&ada, lines).await;
        assert_eq!(calls(&stack, FUNCTIONS).await, three, "{} lines", lines.len());
    }
    let first = stack.placed_under(&ada, "k1", &all).await;
    assert_eq!(first.status, 201, "{first}");
    assert_eq!(calls(&stack, FUNCTIONS).await, three);
    // Sent again after it was settled, it is two: the hold is found, and then the order.
    stack.settled().await;
    stack.placed_under(&ada, "k1", &all).await;
    let two = json!({"CreateOrderFunction": {"TransactWriteItems": 1}, "ReserveStockFunction": {"BatchGetItem": 1}});
    assert_eq!(calls(&stack, FUNCTIONS).await, two);
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn an_order_is_settled_by_one_write_and_confirmed_by_a_read_and_a_write() {
    const FUNCTIONS: &[&str] = &["SettleReservationFunction", "ApplyStockEventFunction"];
    let stack = Stack::start().await;
    let (clerk, ada) = (stack.clerk().await, stack.visitor("Ada").await);
    let lamp = stack.stocked(&clerk, 10).await;
    let expected = json!({
        "SettleReservationFunction": {"UpdateItem": 1},
        "ApplyStockEventFunction": {"GetItem": 1, "UpdateItem": 1},
    });
    // The first order makes both functions start, which may ask as they like.
    for number in 0..3 {
        calls(&stack, FUNCTIONS).await;
        stack.placed(&ada, &[(&lamp, 1)]).await;
        stack.settled().await;
        let calls = calls(&stack, FUNCTIONS).await;
        assert!(number == 0 || calls == expected, "{calls}");
    }
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn every_other_endpoint_is_one_round_trip_and_a_page_of_products_two() {
    const FUNCTIONS: &[&str] = &[
        "GetProductFunction",
        "ListProductsFunction",
        "CreateProductFunction",
        "UpdateStockFunction",
        "GetOrderFunction",
        "ListOrdersFunction",
        "CancelOrderFunction",
        "ListNotificationsFunction",
        "ReadNotificationFunction",
    ];
    let stack = Stack::start().await;
    let (clerk, ada) = (stack.clerk().await, stack.visitor("Ada").await);
    let lamp = stack.stocked(&clerk, 10).await;
    let mut order = String::new();
    let mut notification = String::new();
    // The list's keys, then the products with its total.
    let page_of_products = json!({"ListProductsFunction": {"BatchGetItem": 1, "Query": 1}});
    // The first round makes every function start.
    for measured in [false, true] {
        let id = stack.placed(&ada, &[(&lamp, 1)]).await;
        stack.drained().await;
        calls(&stack, FUNCTIONS).await;
        let get = |path: &str| stack.get(path).token(&ada.token);
        let patch = |path: String, body: Value| stack.request(Method::PATCH, &path).json(body);
        for (request, expected) in [
            (get(&format!("/api/products/{lamp}")), json!({"GetProductFunction": {"GetItem": 1}})),
            (get("/api/products"), page_of_products.clone()),
            (get("/api/products?page=2&limit=1"), page_of_products.clone()),
            (get("/api/products?category=Light"), page_of_products.clone()),
            (
                patch(format!("/api/products/{lamp}/stock"), json!({"quantity": 1})).token(&clerk.token),
                json!({"UpdateStockFunction": {"UpdateItem": 1}}),
            ),
            (
                stack.post("/api/products").token(&clerk.token).json(json!({"name": "x", "price": 1, "category": "x"})),
                json!({"CreateProductFunction": {"PutItem": 1}}),
            ),
            (get(&format!("/api/orders/{id}")), json!({"GetOrderFunction": {"GetItem": 1}})),
            (get("/api/orders?limit=1"), json!({"ListOrdersFunction": {"Query": 1}})),
            (get("/api/notifications"), json!({"ListNotificationsFunction": {"Query": 1}})),
            (get("/api/notifications?unread=true"), json!({"ListNotificationsFunction": {"Query": 1}})),
            (
                patch(format!("/api/notifications/{notification}/read"), json!({})).token(&ada.token),
                json!({"ReadNotificationFunction": {"UpdateItem": 1}}),
            ),
            (
                stack.post(&format!("/api/orders/{order}/cancel")).token(&ada.token).json(json!({})),
                json!({"CancelOrderFunction": {"UpdateItem": 1}}),
            ),
        ] {
            let answer = request.send().await;
            let made = calls(&stack, FUNCTIONS).await;
            if measured {
                assert!(answer.status.is_success(), "{answer}");
                assert_eq!(made, expected, "{answer}");
            }
        }
        order = id;
        notification = stack.notifications(&ada).await[0]["id"].as_str().unwrap().to_owned();
        // An id that no order has makes the function start as well.
        if !measured {
            stack.cancel(&ada, "01980000-0000-7000-8000-000000000000").await;
            let none = patch("/api/notifications/01980000-0000-7000-8000-000000000000/read".to_owned(), json!({}));
            none.token(&ada.token).send().await;
        }
    }
}
