//! `GET /api/…/health` of every service, and `GET /health` of all of them.

use std::time::Duration;

use envelope::Code;
use http::Method;
use serde_json::{Value, json};
use tests::{Answer, Stack, is_timestamp};
use tokio::time::{Instant, sleep};

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
    let all = told_of_all(stack, sick.is_none()).await;
    match sick {
        None => all.succeeds(200, "All services healthy", statuses(&all, all.data(), sick)),
        Some(_) => {
            let details = statuses(&all, &all.body["error"]["details"], sick);
            all.fails(Code::SERVICE_UNAVAILABLE, "Some services are unhealthy", details);
        }
    }
}

/// What the gateway says of all, once it says that they are healthy, or that some are not. It asks again after five seconds.
async fn told_of_all(stack: &Stack, healthy: bool) -> Answer {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let all = stack.get("/health").send().await;
        if all.status.is_success() == healthy {
            return all;
        }
        assert!(Instant::now() < deadline, "{all}");
        sleep(Duration::from_millis(50)).await;
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
async fn many_who_ask_for_the_health_of_all_cost_a_check_in_five_seconds() {
    let stack = Stack::start().await;
    stack.control(Method::DELETE, "dynamodb/calls").await;
    let started = Instant::now();
    for _ in 0..50 {
        assert_eq!(stack.get("/health").send().await.status, 200);
    }
    let most = 1 + started.elapsed().as_secs() / 5;
    let calls = stack.control(Method::DELETE, "dynamodb/calls").await;
    for name in ["Users", "Products", "Orders", "Notifications"] {
        let operations = calls[format!("{name}HealthFunction")].as_object().into_iter().flatten();
        let made: u64 = operations.map(|(_, usage)| usage["calls"].as_u64().unwrap()).sum();
        // An instance that starts reads once more, to open its connection.
        assert!(made <= most + 1, "{name}: {made} reads, {most} checks at most");
    }
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
