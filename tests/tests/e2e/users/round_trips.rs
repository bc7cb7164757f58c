//! How often each endpoint asks the database. Every round trip is paid for, in time and money.

use local_template::System;
use serde_json::{Value, json};
use tests::{Stack, workspace};

/// The calls, since the last look, of the functions that answer requests; what events cause goes on beside them.
async fn calls(stack: &Stack) -> Value {
    let system = System::read(&workspace().join("template.yaml"), &[].into()).unwrap();
    let routes = system.api.unwrap().routes;
    let mut calls = stack.control(http::Method::DELETE, "dynamodb/calls").await;
    calls.as_object_mut().unwrap().retain(|function, _| routes.iter().any(|route| route.function == *function));
    for operations in calls.as_object_mut().unwrap().values_mut() {
        for usage in operations.as_object_mut().unwrap().values_mut() {
            *usage = usage["calls"].take();
        }
    }
    calls
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn every_endpoint_stays_within_its_round_trips() {
    let stack = Stack::start().await;
    // Makes every function start, which may ask as it likes.
    let admin = stack.admin().await;
    stack.get("/api/users").token(&admin.token).send().await;
    stack.get("/api/users/me").token(&admin.token).send().await;
    stack.post("/api/users/login").json(admin.wrong_guess()).send().await;
    calls(&stack).await;

    stack.customer("Counted").await;
    assert_eq!(calls(&stack).await, json!({"RegisterFunction": {"PutItem": 1}}));

    stack.post("/api/users/login").json(admin.credentials()).send().await;
    assert_eq!(calls(&stack).await, json!({"LoginFunction": {"BatchGetItem": 1}}));

    stack.post("/api/users/login").json(admin.wrong_guess()).send().await;
    assert_eq!(calls(&stack).await, json!({"LoginFunction": {"BatchGetItem": 1, "UpdateItem": 1}}));

    stack.get("/api/users/me").token(&admin.token).send().await;
    assert_eq!(calls(&stack).await, json!({"GetMeFunction": {"GetItem": 1}}));

    stack.get("/api/users?page=2&limit=1").token(&admin.token).send().await;
    assert_eq!(calls(&stack).await, json!({"ListUsersFunction": {"GetItem": 1, "Query": 1}}));

    stack.post("/api/users/auth/verify").token(&admin.token).send().await;
    assert_eq!(calls(&stack).await, json!({}));
}
