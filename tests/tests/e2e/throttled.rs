//! Lambda runs no more instances of a function than the account or the function may have. The caller who is one too many is
//! told to come again.

use envelope::Code;
use serde_json::json;
use tests::{Setup, Stack};

/// The shop with no instance at all for the function that has this description.
async fn without(description: &str) -> Stack {
    let line = format!("      Description: {description}\n");
    let none = format!("{line}      ReservedConcurrentExecutions: 0\n");
    Setup::new().replacing(&line, &none).start().await
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_route_whose_function_has_no_instance_free_is_unavailable_for_a_second() {
    let stack = without("GET /api/products").await;
    let answer = stack.get("/api/products").send().await;
    answer.is_the_gateways(Code::SERVICE_UNAVAILABLE, "Service temporarily unavailable");
    assert_eq!(stack.get("/api/products/health").send().await.status, 200, "the others go on");
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn an_order_whose_stock_nobody_is_free_to_hold_is_unavailable_for_a_second() {
    let stack = without("Holds the stock of an order; create-order invokes it").await;
    let (clerk, visitor) = (stack.clerk().await, stack.visitor("Patient").await);
    let product = stack.stocked(&clerk, 5).await;
    let order = json!({"items": [{"productId": product, "quantity": 1}]});
    let answer = stack.post("/api/orders").token(&visitor.token).json(order).send().await;
    let service = json!({"service": "product-service"});
    answer.fails(Code::SERVICE_UNAVAILABLE, "product-service unavailable", service);
    assert_eq!(answer.header("retry-after"), "1", "{answer}");
}
