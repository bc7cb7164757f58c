//! `PUT /api/users/me/password`

use envelope::Code;
use http::Method;
use serde_json::{Value, json};
use tests::{Answer, Person, Stack};

use crate::{ada, crowded, shared};

const NEW: &str = "battery staple";

async fn change(stack: &Stack, person: &Person, body: Value) -> Answer {
    stack.request(Method::PUT, "/api/users/me/password").token(&person.token).json(body).send().await
}

async fn log_in(stack: &Stack, person: &Person, password: &str) -> Answer {
    let body = json!({"email": person.email, "password": password});
    stack.post("/api/users/login").json(body).send().await
}

#[apply(e2e)]
async fn the_new_password_logs_in_and_the_old_one_does_not() {
    let stack = shared().await;
    let person = stack.customer("Careful").await;
    let changed = change(stack, &person, json!({"currentPassword": person.password, "newPassword": NEW})).await;
    assert!(changed.status == 204 && changed.text.is_empty(), "{changed}");
    assert_eq!(log_in(stack, &person, NEW).await.status, 200);
    log_in(stack, &person, &person.password).await.fails(Code::INVALID_CREDENTIALS, "Invalid credentials", Value::Null);
    // The session that it was changed in goes on.
    assert_eq!(stack.get("/api/users/me").token(&person.token).send().await.status, 200);
}

#[apply(e2e)]
#[needs(Crowd)]
async fn wrong_guesses_at_the_current_password_lock_the_account_as_those_at_logins_do() {
    let stack = crowded().await;
    let person = stack.customer("Watched").await;
    for _ in 0..5 {
        let refused = change(stack, &person, json!({"currentPassword": "incorrect horse", "newPassword": NEW})).await;
        refused.fails(Code::INVALID_CREDENTIALS, "Invalid credentials", Value::Null);
    }
    let right = change(stack, &person, json!({"currentPassword": person.password, "newPassword": NEW})).await;
    right.fails(Code::RATE_LIMIT_EXCEEDED, "Too many failed logins, try again later", Value::Null);
    let login = log_in(stack, &person, &person.password).await;
    login.fails(Code::RATE_LIMIT_EXCEEDED, "Too many failed logins, try again later", Value::Null);
}

#[apply(e2e)]
async fn every_problem_of_a_change_is_named() {
    let (stack, ada) = (shared().await, ada().await);
    let missing = change(stack, ada, json!({})).await;
    assert_eq!(missing.problems(), ["currentPassword REQUIRED", "newPassword REQUIRED"], "{missing}");
    for (new, problem) in [
        ("short", "newPassword TOO_SHORT"),
        (&"x".repeat(257), "newPassword TOO_LONG"),
        ("Password1", "newPassword TOO_COMMON"),
        (&ada.email, "newPassword TOO_PERSONAL"),
    ] {
        change(stack, ada, json!({"currentPassword": "x", "newPassword": new})).await.refuses_fields(&[problem]);
    }
}
