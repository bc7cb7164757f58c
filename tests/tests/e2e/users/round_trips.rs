//! How often each endpoint asks the database. Every round trip is paid for, in time and money.

use http::Method;
use local_template::System;
use serde_json::{Value, json};
use tests::{Setup, Stack, workspace};

/// The calls, since the last look, of the functions that answer requests; what events cause goes on beside them.
async fn calls(stack: &Stack) -> Value {
    let system = System::read(&workspace().join("template.yaml"), &[].into()).unwrap();
    let routes = system.api.unwrap().routes;
    let mut calls = stack.control(http::Method::DELETE, "dynamodb/calls").await;
    calls.as_object_mut().unwrap().retain(|function, _| {
        function == "AuthorizeFunction" || routes.iter().any(|route| route.function == *function)
    });
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
    // The gateway asks about a token once.
    let stack = Setup::new().replacing("ReauthorizeEvery: 60", "ReauthorizeEvery: 3600").start().await;
    // Makes every function start, which may ask as it likes.
    let admin = stack.admin().await;
    stack.get("/api/users").token(&admin.token).send().await;
    stack.get("/api/users/me").token(&admin.token).send().await;
    stack.request(Method::PATCH, "/api/users/me").token(&admin.token).json(json!({})).send().await;
    stack.post("/api/users/auth/verify").token(&admin.token).send().await;
    stack.post("/api/users/login").json(admin.wrong_guess()).send().await;
    let leaving = stack.customer("Leaving").await;
    stack.post("/api/users/auth/refresh").json(json!({"refreshToken": leaving.refresh_token})).send().await;
    stack.get("/api/users/me/sessions").token(&leaving.token).send().await;
    stack.request(Method::DELETE, "/api/users/me/sessions/none").token(&leaving.token).send().await;
    stack.post("/api/users/auth/logout").token(&leaving.token).send().await;
    stack.post("/api/users/auth/logout-all").token(&leaving.token).send().await;
    calls(&stack).await;

    let mut counted = stack.customer("Counted").await;
    assert_eq!(calls(&stack).await, json!({"RegisterFunction": {"TransactWriteItems": 1, "UpdateItem": 2}}));

    stack.post("/api/users/login").json(admin.credentials()).send().await;
    assert_eq!(calls(&stack).await, json!({"LoginFunction": {"BatchGetItem": 1, "TransactWriteItems": 2}}));

    stack.post("/api/users/login").json(admin.wrong_guess()).send().await;
    assert_eq!(calls(&stack).await, json!({"LoginFunction": {"BatchGetItem": 1, "TransactWriteItems": 1}}));

    stack.get("/api/users/me").token(&admin.token).send().await;
    assert_eq!(calls(&stack).await, json!({"GetMeFunction": {"GetItem": 1}}));

    stack
        .request(http::Method::PATCH, "/api/users/me")
        .token(&admin.token)
        .json(json!({"name": "Counted"}))
        .send()
        .await;
    assert_eq!(calls(&stack).await, json!({"UpdateMeFunction": {"UpdateItem": 1}}));

    let passwords = json!({"currentPassword": admin.password, "newPassword": admin.password});
    let change =
        || stack.request(http::Method::PUT, "/api/users/me/password").token(&admin.token).json(passwords.clone());
    // Starts it.
    assert_eq!(change().send().await.status, 204);
    calls(&stack).await;
    change().send().await;
    let changed = json!({"BatchGetItem": 1, "TransactWriteItems": 2});
    assert_eq!(calls(&stack).await, json!({"ChangePasswordFunction": changed}));

    stack.get("/api/users?page=2&limit=1").token(&admin.token).send().await;
    assert_eq!(calls(&stack).await, json!({"ListUsersFunction": {"GetItem": 1, "Query": 1}}));

    stack.post("/api/users/auth/verify").token(&admin.token).send().await;
    assert_eq!(calls(&stack).await, json!({"VerifyTokenFunction": {"BatchGetItem": 1}}));

    let refreshed = stack.post("/api/users/auth/refresh").json(json!({"refreshToken": counted.refresh_token}));
    assert_eq!(refreshed.send().await.status, 200);
    assert_eq!(calls(&stack).await, json!({"RefreshTokenFunction": {"BatchGetItem": 1, "UpdateItem": 1}}));

    // The authorizer asks once for a token, as long as the gateway remembers it.
    stack.get("/api/users/me/sessions").token(&counted.token).send().await;
    let listed = json!({"AuthorizeFunction": {"BatchGetItem": 1}, "ListSessionsFunction": {"GetItem": 1, "Query": 1}});
    assert_eq!(calls(&stack).await, listed);
    let unknown = "/api/users/me/sessions/01980c5e-0000-7000-8000-000000000000";
    stack.request(Method::DELETE, unknown).token(&counted.token).send().await;
    assert_eq!(calls(&stack).await, json!({"DeleteSessionFunction": {"DeleteItem": 1}}));
    stack.post("/api/users/auth/logout").token(&counted.token).send().await;
    assert_eq!(calls(&stack).await, json!({"LogoutFunction": {"DeleteItem": 1}}));
    stack.log_in(&mut counted).await;
    calls(&stack).await;
    stack.post("/api/users/auth/logout-all").token(&counted.token).send().await;
    let all = json!({"AuthorizeFunction": {"BatchGetItem": 1}, "LogoutAllFunction": {"UpdateItem": 1}});
    assert_eq!(calls(&stack).await, all);
}
