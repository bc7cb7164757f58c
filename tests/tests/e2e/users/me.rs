//! `GET /api/users/me`

use serde_json::{Value, json};
use tests::is_timestamp;

use crate::{ada, shared};

#[apply(e2e)]
async fn everyone_sees_themselves() {
    let (stack, ada) = (shared().await, ada().await);
    let answer = stack.get("/api/users/me").token(&ada.token).send().await;
    let created = &answer.data()["createdAt"];
    assert!(is_timestamp(created), "{answer}");
    let profile = json!({"id": ada.id, "email": ada.email, "name": "Ada", "role": "customer", "emailVerified": false, "createdAt": created});
    answer.succeeds(200, "User retrieved successfully", profile);
    // The gateway knows the token now.
    let again = stack.get("/api/users/me").token(&ada.token).send().await;
    assert_eq!(again.body["data"], answer.body["data"]);
}

#[apply(e2e)]
async fn a_name_is_changed_and_what_is_left_out_is_not() {
    let stack = shared().await;
    let person = stack.customer("Before").await;
    let patch = async |body: Value| {
        stack.request(http::Method::PATCH, "/api/users/me").token(&person.token).json(body).send().await
    };
    let before = stack.get("/api/users/me").token(&person.token).send().await;
    let mut profile = before.data().clone();
    profile["name"] = json!("After All");
    patch(json!({"name": "  After All "})).await.succeeds(200, "User updated successfully", profile.clone());
    patch(json!({})).await.succeeds(200, "User updated successfully", profile.clone());
    let after = stack.get("/api/users/me").token(&person.token).send().await;
    after.succeeds(200, "User retrieved successfully", profile);
    // It is a new name for what comes next, too.
    let answer = stack.post("/api/users/login").json(person.credentials()).send().await;
    assert_eq!(answer.data()["user"]["name"], "After All", "{answer}");
}

#[apply(e2e)]
async fn mails_about_orders_are_asked_for_and_taken_back() {
    let stack = shared().await;
    let person = stack.customer("Asking").await;
    let patch = async |body: Value| {
        stack.request(http::Method::PATCH, "/api/users/me").token(&person.token).json(body).send().await
    };
    for orders in [true, false] {
        let answer = patch(json!({"mail": {"orders": orders}})).await;
        assert_eq!((answer.status.as_u16(), &answer.data()["mail"]), (200, &json!({"orders": orders})), "{answer}");
        let me = stack.get("/api/users/me").token(&person.token).send().await;
        assert_eq!(me.data(), answer.data());
    }
}

#[apply(e2e)]
async fn a_change_is_read_strictly() {
    let (stack, ada) = (shared().await, ada().await);
    for (body, problems) in [
        (json!({"name": " "}), vec!["name REQUIRED"]),
        (json!({"name": null}), vec!["name INVALID_TYPE"]),
        (json!({"name": "x".repeat(201)}), vec!["name TOO_LONG"]),
        (json!({"role": "admin"}), vec!["role UNKNOWN_FIELD"]),
        (json!({"mail": true}), vec!["mail INVALID_TYPE"]),
        (json!({"mail": {}}), vec!["mail.orders REQUIRED"]),
        (json!({"mail": {"orders": "yes", "news": true}}), vec!["mail.orders INVALID_TYPE", "mail.news UNKNOWN_FIELD"]),
        (
            json!({"email": "eve@example.com", "emailVerified": true}),
            vec!["email UNKNOWN_FIELD", "emailVerified UNKNOWN_FIELD"],
        ),
    ] {
        let answer = stack.request(http::Method::PATCH, "/api/users/me").token(&ada.token).json(body).send().await;
        assert_eq!(
            (answer.status.as_u16(), answer.problems()),
            (400, problems.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>()),
            "{answer}"
        );
    }
}
