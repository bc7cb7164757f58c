//! `GET /api/products/{id}`

use contracts::codes;
use envelope::Code;
use serde_json::json;

use crate::market::{clerk, market};

#[apply(e2e)]
async fn what_is_no_product_s_id_is_not_found() {
    let stack = market().await;
    for id in ["01980000-0000-7000-8000-000000000000", "1", "ping"] {
        let answer = stack.get(&format!("/api/products/{id}")).send().await;
        answer.fails(Code::NOT_FOUND, "Product not found", json!({"productId": id}));
    }
}

/// A REST API does not decode it.
#[apply(e2e)]
#[needs(Gateway)]
async fn an_id_is_read_as_it_was_sent() {
    let stack = market().await;
    for id in ["lamp%20shade", "%C3%A9", "..%2f..", "%7B%7D"] {
        let answer = stack.get(&format!("/api/products/{id}")).send().await;
        answer.fails(Code::NOT_FOUND, "Product not found", json!({"productId": id}));
    }
}

#[apply(e2e)]
async fn an_id_has_no_case() {
    let (stack, clerk) = (market().await, clerk().await);
    let product = stack.offer(clerk, json!({"name": "Lamp", "price": 5, "category": "Light"})).await;
    let id = product["id"].as_str().unwrap().to_uppercase();
    let answer = stack.get(&format!("/api/products/{id}")).send().await;
    answer.succeeds(200, "Product retrieved successfully", product);
}

#[apply(e2e)]
async fn what_is_not_for_sale_is_not_found_and_can_not_be_ordered() {
    let (stack, clerk) = (market().await, clerk().await);
    let customer = stack.visitor("Ada").await;
    let id = stack.stocked(clerk, 5).await;
    let answer = stack.edit(clerk, &id, json!({"isActive": false})).await;
    assert_eq!((answer.status.as_u16(), &answer.data()["isActive"]), (200, &json!(false)), "{answer}");
    let path = format!("/api/products/{id}");
    // The route is everyone's: no token changes what it shows.
    for request in [
        stack.get(&path),
        stack.get(&path).token(&customer.token),
        stack.get(&path).token(&clerk.token),
        stack.get(&path).token("a.b.c"),
    ] {
        request.send().await.fails(Code::NOT_FOUND, "Product not found", json!({"productId": id}));
    }
    let order = stack.order(&customer, &[(&id, 1)]).send().await;
    order.fails(codes::PRODUCT_NOT_FOUND, "Product not found", json!({"productId": id}));

    assert_eq!(stack.edit(clerk, &id, json!({"isActive": true})).await.status, 200);
    assert_eq!(stack.stock_of(&id).await, 5);
    assert_eq!(stack.order(&customer, &[(&id, 1)]).send().await.status, 201);
}

#[apply(e2e)]
async fn an_admin_sees_any_product() {
    let (stack, clerk) = (market().await, clerk().await);
    let customer = stack.visitor("Ada").await;
    let id = stack.stocked(clerk, 5).await;
    let path = format!("/api/admin/products/{id}");
    let shown = stack.get(&path).token(&clerk.token).send().await;
    let public = stack.get(&format!("/api/products/{id}")).send().await;
    shown.succeeds(200, "Product retrieved successfully", public.data().clone());

    let edited = stack.edit(clerk, &id, json!({"isActive": false})).await;
    let shown = stack.get(&path).token(&clerk.token).send().await;
    shown.succeeds(200, "Product retrieved successfully", edited.data().clone());
    let refused = stack.get(&path).token(&customer.token).send().await;
    refused.fails(Code::FORBIDDEN, "Access denied", json!(null));
    assert_eq!(stack.get(&path).send().await.status, 401);
    for id in ["01980000-0000-7000-8000-000000000000", "1"] {
        let answer = stack.get(&format!("/api/admin/products/{id}")).token(&clerk.token).send().await;
        answer.fails(Code::NOT_FOUND, "Product not found", json!({"productId": id}));
    }
}
