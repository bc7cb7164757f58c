//! `GET /api/notifications`

use envelope::Code;
use http::Method;
use serde_json::{Value, json};
use tests::{Answer, Person, Stack};

use super::event;
use crate::market::market;

const MESSAGE: &str = "Notifications retrieved successfully";

async fn list(stack: &Stack, person: &Person, query: &str) -> Answer {
    stack.get(&format!("/api/notifications?{query}")).token(&person.token).send().await
}

/// Someone with seven notifications, newest first.
async fn told(stack: &Stack) -> (Person, Vec<Value>) {
    let ada = stack.visitor("Ada").await;
    let order = |number: u32| format!("01980000-0000-7000-8000-00000000000{number}");
    for second in 0..7 {
        let data = json!({"userId": ada.id, "orderId": order(second), "totalAmount": 1});
        let time = format!("2026-01-31T12:00:0{second}.000Z");
        let body = event(&format!("{}-{second}", ada.id), "order.created", &time, data);
        stack.notify(&body.to_string()).await;
    }
    let rows = stack.notified(&ada, 7).await;
    let orders: Vec<&Value> = rows.iter().map(|row| &row["orderId"]).collect();
    assert_eq!(orders, [6, 5, 4, 3, 2, 1, 0].map(order).each_ref());
    (ada, rows)
}

/// The rows of a list whose cursors are followed to its end.
async fn walk(stack: &Stack, person: &Person, query: &str, limit: usize) -> Vec<Value> {
    let mut rows = Vec::new();
    let mut answer = list(stack, person, &format!("{query}&limit={limit}")).await;
    loop {
        let shown = answer.data().as_array().unwrap_or_else(|| panic!("{answer}")).clone();
        let next = answer.body["meta"]["pagination"]["nextCursor"].clone();
        rows.extend(shown.clone());
        if next.is_null() {
            answer.lists(MESSAGE, shown.into(), json!({"limit": limit, "hasNext": false}));
            return rows;
        }
        assert_eq!(shown.len(), limit, "{answer}");
        answer.lists(MESSAGE, shown.into(), json!({"limit": limit, "hasNext": true, "nextCursor": next}));
        answer = list(stack, person, &format!("{query}&limit={limit}&cursor={}", next.as_str().unwrap())).await;
    }
}

#[apply(e2e)]
#[needs(AwsApi)]
async fn cursors_lead_to_the_end_of_all_the_read_and_the_unread() {
    let stack = market().await;
    let (ada, mut rows) = told(stack).await;
    for row in [1, 2, 5] {
        let path = format!("/api/notifications/{}/read", rows[row]["id"].as_str().unwrap());
        assert_eq!(stack.request(Method::PATCH, &path).token(&ada.token).send().await.status, 200);
        rows[row]["read"] = json!(true);
    }
    let of = |read: bool| rows.iter().filter(|row| row["read"] == json!(read)).cloned().collect::<Vec<_>>();
    for limit in [1, 2, 3, 7, 100] {
        assert_eq!(walk(stack, &ada, "", limit).await, rows);
        assert_eq!(walk(stack, &ada, "unread=true", limit).await, of(false));
        assert_eq!(walk(stack, &ada, "unread=false", limit).await, of(true));
    }
    list(stack, &ada, "").await.lists(MESSAGE, rows.into(), json!({"limit": 20, "hasNext": false}));
}

#[apply(e2e)]
#[needs(AwsApi)]
async fn a_query_is_read_strictly() {
    let stack = market().await;
    let (ada, bob) = (told(stack).await.0, stack.visitor("Bob").await);
    list(stack, &bob, "").await.lists(MESSAGE, json!([]), json!({"limit": 20, "hasNext": false}));
    for (query, problems) in [
        ("limit=0", vec!["limit OUT_OF_RANGE"]),
        ("limit=101", vec!["limit OUT_OF_RANGE"]),
        ("unread=yes&page=1", vec!["unread INVALID_TYPE", "page UNKNOWN_FIELD"]),
        ("unread=", vec!["unread INVALID_TYPE"]),
    ] {
        let answer = list(stack, &ada, query).await;
        answer.refuses_fields(&problems);
    }
    let answer = list(stack, &ada, "limit=2").await;
    let next = answer.body["meta"]["pagination"]["nextCursor"].as_str().unwrap();
    for (person, query) in [
        (&bob, format!("cursor={next}")),
        (&ada, format!("unread=true&cursor={next}")),
        (&ada, format!("cursor={next}A")),
        (&ada, "cursor=x".to_owned()),
    ] {
        list(stack, person, &query).await.fails(Code::INVALID_CURSOR, "Invalid cursor", Value::Null);
    }
    let first = list(stack, &ada, "limit=2&cursor=").await;
    assert_eq!(first.body["data"], answer.body["data"], "an empty cursor is none: {first}");
    let anonymous = stack.get("/api/notifications").send().await;
    anonymous.is_the_gateways(Code::TOKEN_REQUIRED, "Authentication token required");
}
