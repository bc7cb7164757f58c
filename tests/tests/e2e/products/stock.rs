//! `PATCH /api/products/{id}/stock`

use contracts::codes;
use envelope::Code;
use futures_util::future::join_all;
use http::Method;
use serde_json::{Value, json};
use tests::{Answer, Person, Stack};

use crate::market::{clerk, market};

const MESSAGE: &str = "Stock updated successfully";

async fn change(stack: &Stack, clerk: &Person, id: &str, body: Value) -> Answer {
    let request = stack.request(Method::PATCH, &format!("/api/products/{id}/stock"));
    request.token(&clerk.token).json(body).send().await
}

#[apply(e2e)]
async fn units_come_and_go() {
    let (stack, clerk) = (market().await, clerk().await);
    let id = stack.stocked(clerk, 10).await;
    for (body, previous, new) in [
        (json!({"quantity": 3}), 10, 7),
        (json!({"quantity": 7, "operation": "decrease"}), 7, 0),
        (json!({"quantity": 1_000_000_000, "operation": "increase"}), 0, 1_000_000_000),
    ] {
        let told = json!({"productId": id, "previousStock": previous, "newStock": new});
        change(stack, clerk, &id, body).await.succeeds(200, MESSAGE, told);
        assert_eq!(stack.stock_of(&id).await, new);
    }
}

#[apply(e2e)]
async fn no_more_go_than_there_are_and_no_more_come_than_there_may_be() {
    let (stack, clerk) = (market().await, clerk().await);
    let id = stack.stocked(clerk, 10).await;
    let answer = change(stack, clerk, &id, json!({"quantity": 11})).await;
    answer.fails(codes::INSUFFICIENT_STOCK, "Insufficient stock", json!({"currentStock": 10, "requestedChange": -11}));
    let answer = change(stack, clerk, &id, json!({"quantity": 999_999_991, "operation": "increase"})).await;
    answer.refuses_fields(&["quantity OUT_OF_RANGE"]);
    assert_eq!(stack.stock_of(&id).await, 10);
}

#[apply(e2e)]
async fn of_24_decrements_of_10_at_once_there_is_stock_for_10() {
    let (stack, clerk) = (market().await, clerk().await);
    let id = stack.stocked(clerk, 100).await;
    let answers = join_all((0..24).map(|_| change(stack, clerk, &id, json!({"quantity": 10})))).await;
    let (done, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert_eq!((done.len(), refused.len()), (10, 14));
    // One after another, whatever their order was.
    let mut levels: Vec<u64> = done.iter().map(|answer| answer.data()["newStock"].as_u64().unwrap()).collect();
    levels.sort_unstable();
    assert_eq!(levels, [0, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
    for answer in done {
        let new = answer.data()["newStock"].as_u64().unwrap();
        answer.succeeds(200, MESSAGE, json!({"productId": id, "previousStock": new + 10, "newStock": new}));
    }
    for answer in refused {
        let details = json!({"currentStock": 0, "requestedChange": -10});
        answer.fails(codes::INSUFFICIENT_STOCK, "Insufficient stock", details);
    }
    assert_eq!(stack.stock_of(&id).await, 0);
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_change_whose_answer_was_lost_is_made_once() {
    let stack = Stack::start().await;
    let clerk = stack.clerk().await;
    let id = stack.stocked(&clerk, 10).await;
    stack.inject(json!({"kind": "AnswerLost", "caller": "UpdateStockFunction", "operation": "UpdateItem"})).await;
    let answer = change(&stack, &clerk, &id, json!({"quantity": 3})).await;
    answer.succeeds(200, MESSAGE, json!({"productId": id, "previousStock": 10, "newStock": 7}));
    assert_eq!(stack.stock_of(&id).await, 7);
}

#[apply(e2e)]
async fn it_takes_an_admin_and_a_product() {
    let (stack, clerk) = (market().await, clerk().await);
    let (id, customer) = (stack.stocked(clerk, 1).await, stack.visitor("Ada").await);
    let answer = change(stack, &customer, &id, json!({"quantity": 1})).await;
    answer.fails(Code::FORBIDDEN, "Access denied", Value::Null);
    for id in ["01980000-0000-7000-8000-000000000000", "lamp"] {
        for operation in ["decrease", "increase"] {
            let answer = change(stack, clerk, id, json!({"quantity": 1, "operation": operation})).await;
            answer.fails(Code::NOT_FOUND, "Product not found", json!({"productId": id}));
        }
    }
    assert_eq!(stack.stock_of(&id).await, 1);
}

#[apply(e2e)]
async fn a_change_is_a_whole_number_of_units() {
    let (stack, clerk) = (market().await, clerk().await);
    let id = stack.stocked(clerk, 1).await;
    for body in [json!({}), json!({"quantity": null}), json!({"operation": "increase"})] {
        let details = json!({
            "missingFields": ["quantity"],
            "fields": [{"field": "quantity", "code": "REQUIRED", "message": "is required"}],
        });
        change(stack, clerk, &id, body).await.fails(Code::MISSING_FIELDS, "Missing required fields", details);
    }
    for (body, problem) in [
        (json!({"quantity": 0}), "quantity OUT_OF_RANGE"),
        (json!({"quantity": -1}), "quantity OUT_OF_RANGE"),
        (json!({"quantity": 1_000_000_001}), "quantity OUT_OF_RANGE"),
        (json!({"quantity": 0.5}), "quantity INVALID_TYPE"),
        (json!({"quantity": "1"}), "quantity INVALID_TYPE"),
        (json!({"quantity": 1, "operation": "drop"}), "operation INVALID_VALUE"),
        (json!({"quantity": 1, "operation": null}), "operation INVALID_TYPE"),
        (json!({"quantity": 1, "stock": 1}), "stock UNKNOWN_FIELD"),
    ] {
        let answer = change(stack, clerk, &id, body).await;
        answer.refuses_fields(&[problem]);
    }
    assert_eq!(stack.stock_of(&id).await, 1);
}
