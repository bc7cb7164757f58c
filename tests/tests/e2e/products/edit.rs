//! `PATCH /api/products/{id}`

use envelope::Code;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::is_timestamp;

use crate::market::{clerk, market};

const NOBODYS: &str = "01980000-0000-7000-8000-000000000000";

#[apply(e2e)]
async fn what_is_given_is_changed_and_nothing_else() {
    let (stack, clerk) = (market().await, clerk().await);
    let body = json!({"name": "Lamp", "description": "Old", "price": 5, "category": "Light", "stock": 3});
    let mut product = stack.offer(clerk, body).await;
    let id = product["id"].as_str().unwrap().to_owned();
    for change in [
        json!({"name": "Lantern"}),
        json!({"description": "New"}),
        json!({"description": ""}),
        json!({"price": 7.25}),
        json!({"category": "Garden"}),
        json!({"name": "Lamp", "price": 0.01, "category": "Light", "description": "Again"}),
        json!({"isActive": false}),
        json!({"isActive": true}),
    ] {
        let answer = stack.edit(clerk, &id, change.clone()).await;
        for (field, value) in change.as_object().unwrap() {
            product[field] = value.clone();
        }
        product["updatedAt"] = answer.data()["updatedAt"].clone();
        assert!(is_timestamp(&product["updatedAt"]), "{answer}");
        answer.succeeds(200, "Product updated successfully", product.clone());
    }
    // What changes nothing is no change.
    for change in [json!({}), json!({"name": " Lamp ", "isActive": true})] {
        stack.edit(clerk, &id, change).await.succeeds(200, "Product updated successfully", product.clone());
    }
    let found = stack.get(&format!("/api/products/{id}")).send().await;
    found.succeeds(200, "Product retrieved successfully", product);
}

#[apply(e2e)]
async fn edits_and_sales_at_once_are_all_made() {
    let (stack, clerk) = (market().await, clerk().await);
    let (id, customer) = (stack.stocked(clerk, 20).await, stack.visitor("Ada").await);
    let edits = [json!({"name": "Lantern"}), json!({"description": "New"}), json!({"category": "Garden"})];
    let lines = [(id.as_str(), 2)];
    let orders = (0..5).map(|_| stack.order(&customer, &lines).send());
    let (edits, orders) = tokio::join!(join_all(edits.map(|edit| stack.edit(clerk, &id, edit))), join_all(orders));
    for answer in edits {
        assert_eq!(answer.status, 200, "{answer}");
    }
    for answer in orders {
        assert_eq!(answer.status, 201, "{answer}");
    }
    let product = stack.get(&format!("/api/products/{id}")).send().await;
    let found = ["name", "description", "category", "stock"].map(|field| product.data()[field].clone());
    assert_eq!(found, [json!("Lantern"), json!("New"), json!("Garden"), json!(10)], "{product}");
}

#[apply(e2e)]
async fn it_takes_an_admin_and_a_product() {
    let (stack, clerk) = (market().await, clerk().await);
    let (id, customer) = (stack.stocked(clerk, 1).await, stack.visitor("Ada").await);
    stack.edit(&customer, &id, json!({"price": 1})).await.fails(Code::FORBIDDEN, "Access denied", Value::Null);
    stack.edit(&customer, NOBODYS, json!({"price": 1})).await.fails(Code::FORBIDDEN, "Access denied", Value::Null);
    for nobodys in [NOBODYS, "lamp"] {
        let answer = stack.edit(clerk, nobodys, json!({"price": 1})).await;
        answer.fails(Code::NOT_FOUND, "Product not found", json!({"productId": nobodys}));
    }
}

#[apply(e2e)]
async fn an_edit_is_read_as_strictly_as_a_new_product() {
    let (stack, clerk) = (market().await, clerk().await);
    let id = stack.stocked(clerk, 1).await;
    for (body, problems) in [
        (json!({"name": 1, "isActive": "no"}), vec!["name INVALID_TYPE", "isActive INVALID_TYPE"]),
        (json!({"price": 1.001}), vec!["price TOO_PRECISE"]),
        (json!({"description": null}), vec!["description INVALID_TYPE"]),
        (json!({"stock": 5}), vec!["stock UNKNOWN_FIELD"]),
        (json!({"createdAt": "now"}), vec!["createdAt UNKNOWN_FIELD"]),
    ] {
        let answer = stack.edit(clerk, &id, body).await;
        answer.refuses_fields(&problems);
    }
    let answer = stack.edit(clerk, &id, json!({"price": 0})).await;
    assert_eq!(answer.body["error"]["message"], "Price must be greater than 0", "{answer}");
    let answer = stack.edit(clerk, &id, json!({"name": " "})).await;
    assert_eq!(answer.body["error"]["details"]["missingFields"], json!(["name"]), "{answer}");
}
