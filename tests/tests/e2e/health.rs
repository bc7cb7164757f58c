//! `GET /api/…/health` of every service, and `GET /health` of all of them.

use envelope::Code;
use serde_json::json;
use tests::{Stack, needs};

use crate::shared;

const SERVICES: [&str; 4] = ["user", "product", "order", "notification"];

/// Every service says how it is, and the gateway says it of all.
async fn assert_told(stack: &Stack, sick: Option<usize>) {
    for (number, name) in SERVICES.iter().enumerate() {
        let one = stack.get(&format!("/api/{name}s/health")).send().await;
        let service = format!("{name}-service");
        assert_eq!(one.header("x-service"), service, "{one}");
        if sick == Some(number) {
            let details = json!({"service": service, "status": "unhealthy", "database": "disconnected"});
            one.fails(Code::ServiceUnavailable, "Service is unhealthy", details);
        } else {
            let timestamp = &one.data()["timestamp"];
            let data =
                json!({"service": service, "status": "healthy", "database": "connected", "timestamp": timestamp});
            one.succeeds(200, "Service is healthy", data.clone());
        }
    }
    let all = stack.get("/health").send().await;
    let shown = if sick.is_some() { &all.body["error"]["details"] } else { all.data() };
    let names: Vec<&String> = shown.as_object().unwrap_or_else(|| panic!("{all}")).keys().collect();
    assert_eq!(names, SERVICES, "{all}");
    for (number, name) in SERVICES.iter().enumerate() {
        let status = if sick == Some(number) { "unhealthy" } else { "healthy" };
        let time = &shown[name]["responseTime"];
        assert!(time.is_u64(), "{all}");
        assert_eq!(shown[name], json!({"status": status, "responseTime": time}), "{all}");
    }
    match sick {
        None => all.succeeds(200, "All services healthy", shown.clone()),
        Some(_) => all.fails(Code::ServiceUnavailable, "Some services are unhealthy", shown.clone()),
    }
}

#[tokio::test]
async fn a_healthy_shop_says_so_of_all_its_services() {
    assert_told(shared().await, None).await;
}

#[tokio::test]
async fn every_service_says_how_it_is_and_the_gateway_says_it_of_all() {
    needs!(OwnStack);
    let stack = Stack::start().await;
    for (number, name) in ["Users", "Products", "Orders", "Notifications"].iter().enumerate() {
        let function = format!("{name}HealthFunction");
        stack.inject(json!({"kind": "InternalServerError", "caller": function, "times": 1000})).await;
        assert_told(&stack, Some(number)).await;
        stack.clear_faults().await;
    }
}
