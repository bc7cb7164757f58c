//! `POST /api/products`

use envelope::Code;
use serde_json::{Value, json};
use tests::{is_timestamp, is_uuid_v7};

use crate::market::{clerk, market};

#[apply(e2e)]
async fn a_new_product_can_be_looked_at_where_its_location_says() {
    let (stack, clerk) = (market().await, clerk().await);
    let body =
        json!({"name": " Desk lamp ", "description": "Bright.\n", "price": 19.99, "category": "Light", "stock": 7});
    let answer = stack.post("/api/products").token(&clerk.token).json(body).send().await;
    let (id, created) = (&answer.data()["id"], &answer.data()["createdAt"]);
    assert!(is_uuid_v7(id) && is_timestamp(created), "{answer}");
    let product = json!({
        "id": id, "name": "Desk lamp", "description": "Bright.", "price": 19.99, "category": "Light", "stock": 7,
        "isActive": true, "createdAt": created,
    });
    answer.succeeds(201, "Product created successfully", product.clone());
    assert_eq!(answer.header("x-service"), "product-service");
    let followed = stack.follow(&answer, &format!("/api/products/{}", id.as_str().unwrap())).send().await;
    followed.succeeds(200, "Product retrieved successfully", product);
}

#[apply(e2e)]
async fn what_is_left_out_is_nothing_said_and_none_in_stock() {
    let (stack, clerk) = (market().await, clerk().await);
    let product = stack.offer(clerk, json!({"name": "Lamp", "price": 5, "category": "Light"})).await;
    assert_eq!((&product["description"], &product["stock"], &product["price"]), (&json!(""), &json!(0), &json!(5)));
}

#[apply(e2e)]
async fn the_least_and_the_most_of_everything_is_kept_exactly() {
    let (stack, clerk) = (market().await, clerk().await);
    for body in [
        json!({"name": "x", "description": "", "price": 0.01, "category": "x", "stock": 0}),
        json!({
            "name": "é".repeat(100), "description": "x".repeat(4_000), "price": 9_999_999.99, "category": "y".repeat(200),
            "stock": 1_000_000_000,
        }),
        json!({"name": "<b>&\"'\u{1f4a1}", "description": "a\n\tb", "price": 1.1, "category": "../%2e", "stock": 1}),
    ] {
        let product = stack.offer(clerk, body.clone()).await;
        for (field, value) in body.as_object().unwrap() {
            assert_eq!(&product[field], value, "{field}");
        }
        let found = stack.get(&format!("/api/products/{}", product["id"].as_str().unwrap())).send().await;
        found.succeeds(200, "Product retrieved successfully", product);
    }
}

#[apply(e2e)]
async fn it_takes_an_admin() {
    let stack = market().await;
    let body = json!({"name": "Lamp", "price": 5, "category": "Light"});
    let customer = stack.visitor("Ada").await;
    let answer = stack.post("/api/products").token(&customer.token).json(body.clone()).send().await;
    answer.fails(Code::FORBIDDEN, "Access denied", Value::Null);
    let answer = stack.post("/api/products").json(body).send().await;
    answer.is_the_gateways(Code::TOKEN_REQUIRED, "Authentication token required");
}

#[apply(e2e)]
async fn every_missing_field_is_named_and_a_blank_one_is_missing() {
    let (stack, clerk) = (market().await, clerk().await);
    for (body, missing) in [
        (json!({}), vec!["name", "price", "category"]),
        (json!({"name": " ", "price": null, "category": "\n"}), vec!["name", "price", "category"]),
        (json!({"name": "Lamp", "category": "Light"}), vec!["price"]),
        (json!({"name": "\u{ad}\u{200b}", "price": 5, "category": "\u{3164}"}), vec!["name", "category"]),
        (json!({"name": "\u{202e}", "price": 5, "category": "\u{2800}"}), vec!["name", "category"]),
    ] {
        let answer = stack.post("/api/products").token(&clerk.token).json(body).send().await;
        let fields: Vec<Value> =
            missing.iter().map(|field| json!({"field": field, "code": "REQUIRED", "message": "is required"})).collect();
        let details = json!({"missingFields": missing, "fields": fields});
        answer.fails(Code::MISSING_FIELDS, "Missing required fields", details);
    }
}

#[apply(e2e)]
async fn a_price_is_above_nothing() {
    let (stack, clerk) = (market().await, clerk().await);
    for price in [json!(0), json!(-1), json!(-0.01), json!(0.0)] {
        let body = json!({"name": "Lamp", "price": price, "category": "Light"});
        let answer = stack.post("/api/products").token(&clerk.token).json(body).send().await;
        let details = json!({
            "price": price,
            "requirement": "a number greater than 0, at most 9999999.99, with at most two decimals",
            "fields": [{"field": "price", "code": "OUT_OF_RANGE", "message": "must be greater than 0"}],
        });
        answer.fails(Code::INVALID_FIELDS, "Price must be greater than 0", details);
    }
}

/// Several languages print whole floats so.
#[apply(e2e)]
async fn numbers_count_by_their_value() {
    let (stack, clerk) = (market().await, clerk().await);
    let create = async |price: &str, stock: &str| {
        let body = format!(r#"{{"name": "Lamp", "category": "Light", "price": {price}, "stock": {stock}}}"#);
        let request = stack.post("/api/products").token(&clerk.token).header("content-type", "application/json");
        request.body(body).send().await
    };
    for (price, stock, shown) in [
        ("19.990", "7.0", json!(7)),
        ("1999e-2", "70e-1", json!(7)),
        ("19.99", "1e9", json!(1_000_000_000)),
        ("19.99", "-0.0", json!(0)),
    ] {
        let answer = create(price, stock).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.data()["price"], &answer.data()["stock"]),
            (201, &json!(19.99), &shown),
            "{answer}"
        );
    }
    for (price, stock, problem) in [
        ("5", "1.5", "stock INVALID_TYPE"),
        ("5", "7.00000000000000001", "stock INVALID_TYPE"),
        ("5", "1000000000.00000001", "stock INVALID_TYPE"),
        ("5", "9007199254740993.0", "stock OUT_OF_RANGE"),
        ("5", "1e300", "stock OUT_OF_RANGE"),
        ("19.9900000000000000001", "1", "price TOO_PRECISE"),
        ("1999e-3", "1", "price TOO_PRECISE"),
    ] {
        create(price, stock).await.refuses_fields(&[problem]);
    }
}

#[apply(e2e)]
async fn every_field_that_is_wrong_is_named() {
    let (stack, clerk) = (market().await, clerk().await);
    let good = json!({"name": "Lamp", "price": 5, "category": "Light"});
    for (field, value, code) in [
        ("name", json!(7), "INVALID_TYPE"),
        ("name", json!("x".repeat(201)), "TOO_LONG"),
        ("name", json!("a\nb"), "INVALID_FORMAT"),
        ("name", json!("a\u{2028}b"), "INVALID_FORMAT"),
        ("name", json!("a\u{202e}b"), "INVALID_FORMAT"),
        ("category", json!("\u{2066}a\u{2069}"), "INVALID_FORMAT"),
        ("description", json!(["x"]), "INVALID_TYPE"),
        ("description", json!("x".repeat(4_001)), "TOO_LONG"),
        ("description", json!("a\0"), "INVALID_FORMAT"),
        ("description", Value::Null, "INVALID_TYPE"),
        ("price", json!("5"), "INVALID_TYPE"),
        ("price", json!(0.001), "TOO_PRECISE"),
        ("price", json!(19.999), "TOO_PRECISE"),
        ("price", json!(10_000_000), "OUT_OF_RANGE"),
        ("price", json!(1e300), "OUT_OF_RANGE"),
        ("category", json!({}), "INVALID_TYPE"),
        ("category", json!("é".repeat(101)), "TOO_LONG"),
        ("stock", json!("7"), "INVALID_TYPE"),
        ("stock", json!(1.5), "INVALID_TYPE"),
        ("stock", json!(-1), "OUT_OF_RANGE"),
        ("stock", json!(1_000_000_001), "OUT_OF_RANGE"),
        ("isActive", json!(false), "UNKNOWN_FIELD"),
        ("id", json!("01980000-0000-7000-8000-000000000000"), "UNKNOWN_FIELD"),
    ] {
        let mut body = good.clone();
        body[field] = value;
        let answer = stack.post("/api/products").token(&clerk.token).json(body.clone()).send().await;
        answer.refuses_fields(&[format!("{field} {code}")]);
    }
}
