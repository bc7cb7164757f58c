//! `POST /api/users/auth/verify`

use envelope::Code;
use serde_json::{Value, json};

use crate::{ada, shared};

#[apply(e2e)]
async fn a_good_token_tells_whose_it_is() {
    let (stack, ada) = (shared().await, ada().await);
    let identity = json!({"id": ada.id, "email": ada.email, "name": "Ada", "role": "customer"});
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let authorization = format!("{scheme} {}", ada.token);
        let answer = stack.post("/api/users/auth/verify").header("authorization", authorization).send().await;
        answer.succeeds(200, "Token valid", identity.clone());
    }
}

#[apply(e2e)]
async fn without_a_bearer_token_one_is_asked_for() {
    let stack = shared().await;
    stack.post("/api/users/auth/verify").send().await.fails(Code::TOKEN_REQUIRED, "Token required", Value::Null);
    for header in ["", "Bearer", "Bearer ", "Basic YTpi", "Token abc"] {
        let answer = stack.post("/api/users/auth/verify").header("authorization", header).send().await;
        answer.fails(Code::TOKEN_REQUIRED, "Token required", Value::Null);
    }
}

#[apply(e2e)]
async fn rubbish_is_no_token() {
    let stack = shared().await;
    let long = "x".repeat(5_000);
    for token in ["x", "a.b.c", "..", "null", "a b", "é", &long] {
        let answer = stack.post("/api/users/auth/verify").token(token).send().await;
        answer.fails(Code::INVALID_TOKEN, "Invalid token", Value::Null);
    }
}
