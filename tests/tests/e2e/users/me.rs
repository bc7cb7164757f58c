//! `GET /api/users/me`

use serde_json::json;
use tests::is_timestamp;

use crate::{ada, shared};

#[apply(e2e)]
async fn everyone_sees_themselves() {
    let (stack, ada) = (shared().await, ada().await);
    let answer = stack.get("/api/users/me").token(&ada.token).send().await;
    let created = &answer.data()["createdAt"];
    assert!(is_timestamp(created), "{answer}");
    let profile = json!({"id": ada.id, "email": ada.email, "name": "Ada", "role": "customer", "createdAt": created});
    answer.succeeds(200, "User retrieved successfully", profile);
    // The gateway knows the token now.
    let again = stack.get("/api/users/me").token(&ada.token).send().await;
    assert_eq!(again.body["data"], answer.body["data"]);
}
