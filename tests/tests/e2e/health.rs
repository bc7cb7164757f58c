//! `GET /api/…/health` of every service, and `GET /health` of all of them.

use envelope::Code;
use serde_json::{Value, json};
use tests::{Answer, Stack, is_timestamp};

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
            one.fails(Code::SERVICE_UNAVAILABLE, "Service is unhealthy", details);
        } else {
            let time = &one.data()["timestamp"];
            assert!(is_timestamp(time), "{one}");
            let data = json!({"service": service, "status": "healthy", "database": "connected", "timestamp": time});
            one.succeeds(200, "Service is healthy", data);
        }
    }
    let all = stack.get("/health").send().await;
    match sick {
        None => all.succeeds(200, "All services healthy", statuses(&all, all.data(), sick)),
        Some(_) => {
            let details = statuses(&all, &all.body["error"]["details"], sick);
            all.fails(Code::SERVICE_UNAVAILABLE, "Some services are unhealthy", details);
        }
    }
}

/// What the gateway has to say of each service, each with the milliseconds that it took.
fn statuses(all: &Answer, said: &Value, sick: Option<usize>) -> Value {
    let service = |(number, name): (usize, &&str)| {
        let status = if sick == Some(number) { "unhealthy" } else { "healthy" };
        let time = &said[name]["responseTime"];
        assert!(time.is_u64(), "{all}");
        ((*name).to_owned(), json!({"status": status, "responseTime": time}))
    };
    SERVICES.iter().enumerate().map(service).collect()
}

#[apply(e2e)]
async fn a_healthy_shop_says_so_of_all_its_services() {
    assert_told(shared().await, None).await;
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn every_service_says_how_it_is_and_the_gateway_says_it_of_all() {
    let stack = Stack::start().await;
    for (number, name) in ["Users", "Products", "Orders", "Notifications"].iter().enumerate() {
        // As many failures as two calls with all their retries could meet, and more.
        let function = format!("{name}HealthFunction");
        stack.inject(json!({"kind": "InternalServerError", "caller": function, "times": 1000})).await;
        assert_told(&stack, Some(number)).await;
        stack.clear_faults().await;
        assert_told(&stack, None).await;
    }
}
