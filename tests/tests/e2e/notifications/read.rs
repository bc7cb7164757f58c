//! `PATCH /api/notifications/{id}/read`

use envelope::Code;
use http::Method;
use serde_json::{Value, json};

use super::event;
use crate::market::market;

#[apply(e2e)]
#[needs(AwsApi)]
async fn a_notification_is_marked_as_read_by_whom_it_is_for() {
    let stack = market().await;
    let (ada, bob) = (stack.visitor("Ada").await, stack.visitor("Bob").await);
    let data = json!({"userId": ada.id, "name": "Ada", "email": ada.email});
    let body = event(&format!("read-{}", ada.id), "user.created", "2026-01-31T12:00:00.000Z", data);
    stack.notify(&body.to_string()).await;
    let mut notification = stack.notified(&ada, 1).await.remove(0);
    let id = notification["id"].as_str().unwrap().to_owned();
    let mark = async |token: &str, id: &str| {
        stack.request(Method::PATCH, &format!("/api/notifications/{id}/read")).token(token).send().await
    };
    for (person, id) in [
        (&bob, id.as_str()),
        (&ada, "01980000-0000-7000-8000-000000000000"),
        (&ada, "1"),
        (&ada, "ping"),
        (&ada, "%7B%7D"),
    ] {
        mark(&person.token, id).await.fails(Code::NOT_FOUND, "Notification not found", Value::Null);
    }
    assert_eq!(stack.notifications(&ada).await, [notification.clone()]);
    notification["read"] = json!(true);
    // As often as one likes.
    for _ in 0..2 {
        mark(&ada.token, &id).await.succeeds(200, "Notification marked as read", notification.clone());
    }
    assert_eq!(stack.notifications(&ada).await, [notification]);
    let anonymous = stack.request(Method::PATCH, &format!("/api/notifications/{id}/read")).send().await;
    anonymous.is_the_gateways(Code::TOKEN_REQUIRED, "Authentication token required");
}
