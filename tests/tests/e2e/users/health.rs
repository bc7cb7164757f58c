//! `GET /api/users/health` and `GET /health`

use std::collections::BTreeMap;

use envelope::Code;
use local_template::System;
use serde_json::{Value, json};
use tests::{Answer, Stack, is_timestamp, needs, workspace};

/// The names of the services that `GET /health` asks, as the template has them.
fn services() -> Vec<String> {
    let system = System::read(&workspace().join("template.yaml"), &BTreeMap::new()).unwrap();
    let list = &system.functions["GatewayHealthFunction"].environment["HEALTH_FUNCTIONS"];
    list.split(',').map(|entry| entry.split_once('=').unwrap().0.trim().to_owned()).collect()
}

/// The map of services that an answer shows, checked to name each with a status and a time.
#[track_caller]
fn statuses(answer: &Answer, shown: &Value) -> BTreeMap<String, String> {
    let map = shown.as_object().unwrap_or_else(|| panic!("{answer}"));
    assert_eq!(map.keys().cloned().collect::<Vec<_>>(), services(), "{answer}");
    map.iter()
        .map(|(name, health)| {
            assert!(health["responseTime"].is_u64() && health.as_object().unwrap().len() == 2, "{answer}");
            (name.clone(), health["status"].as_str().unwrap().to_owned())
        })
        .collect()
}

#[tokio::test]
async fn health_follows_the_database() {
    needs!(OwnStack);
    let stack = Stack::start().await;
    let healthy = || async {
        let one = stack.get("/api/users/health").send().await;
        let time = one.data()["timestamp"].clone();
        assert!(is_timestamp(&time), "{one}");
        one.succeeds(
            200,
            "Service is healthy",
            json!({"service": "user-service", "status": "healthy", "database": "connected", "timestamp": time}),
        );
        let all = stack.get("/health").send().await;
        all.succeeds(200, "All services healthy", all.data().clone());
        assert!(statuses(&all, all.data()).values().all(|status| status == "healthy"), "{all}");
    };
    healthy().await;

    // As many failures as two calls with all their retries could meet, and more.
    stack.inject(json!({"kind": "InternalServerError", "caller": "UsersHealthFunction", "times": 1000})).await;
    let one = stack.get("/api/users/health").send().await;
    let details = json!({"service": "user-service", "status": "unhealthy", "database": "disconnected"});
    one.fails(Code::ServiceUnavailable, "Service is unhealthy", details);
    let all = stack.get("/health").send().await;
    let shown = all.body["error"]["details"].clone();
    all.fails(Code::ServiceUnavailable, "Some services are unhealthy", shown.clone());
    for (name, status) in statuses(&all, &shown) {
        assert_eq!(status, if name == "user" { "unhealthy" } else { "healthy" }, "{name}: {all}");
    }

    stack.clear_faults().await;
    healthy().await;
}
