//! `GET /api/users/me/export`

use envelope::Code;
use serde_json::{Value, json};
use tests::Stack;

use crate::{ada, shared};

#[apply(e2e)]
#[needs(OwnStack)]
async fn it_is_all_that_any_service_keeps_and_no_hash() {
    let stack = Stack::start().await;
    let (clerk, ada) = (stack.clerk().await, stack.customer("Ada").await);
    let lamp = stack.stocked(&clerk, 10).await;
    let address = json!({"name": "Ada Lovelace", "street": "12 St James's Square"});
    let order = json!({"items": [{"productId": lamp, "quantity": 2}], "shippingAddress": address});
    let placed = stack.post("/api/orders").token(&ada.token).json(order).send().await;
    assert_eq!(placed.status, 201, "{placed}");
    let export = stack.get("/api/users/me/export").token(&ada.token).send().await;
    assert_eq!(export.data()["knownSources"].as_array().unwrap().len(), 1, "where she registered: {export}");
    stack.forget_source(&ada).await;
    stack.post("/api/users/login").json(ada.wrong_guess()).send().await;
    stack.drained().await;

    let export = stack.get("/api/users/me/export").token(&ada.token).send().await;
    let me = stack.get("/api/users/me").token(&ada.token).send().await;
    let orders = stack.get("/api/orders").token(&ada.token).send().await;
    let data = export.data();
    assert_eq!(data["user"], *me.data());
    assert_eq!(data["orders"], *orders.data());
    assert_eq!(data["orders"][0]["shippingAddress"], address);
    assert_eq!(data["notifications"], json!(stack.notifications(&ada).await));
    assert_eq!(data["notifications"].as_array().unwrap().len(), 3);
    assert_eq!(data["failedLogins"][0]["failures"], 1);
    assert_eq!(data["sessions"].as_array().unwrap().len(), 1);
    assert_eq!((&data["mails"][0]["kind"], data["mails"].as_array().unwrap().len()), (&json!("verify-email"), 1));
    assert_eq!(data["nextCursor"], Value::Null);
    assert!(!export.body.to_string().contains("$2b$"), "{export}");
}

#[apply(e2e)]
async fn a_cursor_of_another_list_is_refused() {
    let (stack, ada) = (shared().await, ada().await);
    let answer = stack.get("/api/users/me/export?cursor=AQ").token(&ada.token).send().await;
    answer.fails(Code::INVALID_CURSOR, "Invalid cursor", Value::Null);
    let first = stack.get("/api/users/me/export?cursor=").token(&ada.token).send().await;
    assert_eq!(first.data()["user"]["email"], ada.email, "an empty cursor is none: {first}");
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_service_out_of_reach_is_named() {
    let stack = Stack::start().await;
    let ada = stack.customer("Ada").await;
    let fault = json!({"kind": "ThrottlingException", "caller": "ExportNotificationsFunction", "times": 1_000_000});
    stack.inject(fault).await;
    let answer = stack.get("/api/users/me/export").token(&ada.token).send().await;
    let details = json!({"service": "notification-service"});
    answer.fails(Code::SERVICE_UNAVAILABLE, "notification-service unavailable", details);
}
