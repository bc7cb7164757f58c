//! `GET /api/orders`

use envelope::Code;
use serde_json::{Value, json};
use tests::{Answer, Person, Stack};

use crate::market::{clerk, market};

const MESSAGE: &str = "Orders retrieved successfully";

async fn list(stack: &Stack, person: &Person, query: &str) -> Answer {
    stack.get(&format!("/api/orders?{query}")).token(&person.token).send().await
}

#[apply(e2e)]
async fn the_callers_own_are_listed_newest_first_and_cursors_lead_to_the_end() {
    let (stack, clerk) = (market().await, clerk().await);
    let (ada, bob) = (stack.visitor("Ada").await, stack.visitor("Bob").await);
    let lamp = stack.stocked(clerk, 100).await;
    list(stack, &ada, "").await.lists(MESSAGE, json!([]), json!({"limit": 20, "hasNext": false}));
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.insert(0, stack.placed(&ada, &[(&lamp, 1)]).await);
        stack.placed(&bob, &[(&lamp, 1)]).await;
    }
    let mut rows = Vec::new();
    for id in &ids {
        rows.push(stack.decided(&ada, id).await);
    }
    assert_eq!(rows[0]["status"], "confirmed");
    list(stack, &ada, "").await.lists(MESSAGE, rows.clone().into(), json!({"limit": 20, "hasNext": false}));
    list(stack, &ada, "limit=5").await.lists(MESSAGE, rows.clone().into(), json!({"limit": 5, "hasNext": false}));
    let mut page = list(stack, &ada, "limit=2").await;
    for shown in rows.chunks(2) {
        let next = page.body["meta"]["pagination"]["nextCursor"].clone();
        if next.is_null() {
            page.lists(MESSAGE, shown.into(), json!({"limit": 2, "hasNext": false}));
        } else {
            page.lists(MESSAGE, shown.into(), json!({"limit": 2, "hasNext": true, "nextCursor": next}));
            page = list(stack, &ada, &format!("limit=2&cursor={}", next.as_str().unwrap())).await;
        }
    }
    assert!(page.body["meta"]["pagination"]["nextCursor"].is_null(), "{page}");

    // A cursor is of one customer's list.
    let next = list(stack, &ada, "limit=2").await.body["meta"]["pagination"]["nextCursor"].clone();
    let next = next.as_str().unwrap();
    for (person, cursor) in [(&bob, next), (&ada, "%20"), (&ada, "x"), (&ada, &next[1..]), (&ada, &format!("{next}A"))]
    {
        let answer = list(stack, person, &format!("cursor={cursor}")).await;
        answer.fails(Code::INVALID_CURSOR, "Invalid cursor", Value::Null);
    }
    // An empty one counts as none.
    let first = list(stack, &ada, "limit=5&cursor=").await;
    first.lists(MESSAGE, rows.into(), json!({"limit": 5, "hasNext": false}));
}

#[apply(e2e)]
async fn a_query_is_read_strictly() {
    let (stack, ada) = (market().await, market().await.visitor("Ada").await);
    for (query, problems) in [
        ("limit=0", vec!["limit OUT_OF_RANGE"]),
        ("limit=101", vec!["limit OUT_OF_RANGE"]),
        ("limit=x&page=1", vec!["limit INVALID_TYPE", "page UNKNOWN_FIELD"]),
        ("cursor=a&cursor=b", vec!["cursor REPEATED"]),
        ("userId=someone", vec!["userId UNKNOWN_FIELD"]),
    ] {
        let answer = list(stack, &ada, query).await;
        answer.refuses_fields(&problems);
    }
    let anonymous = stack.get("/api/orders").send().await;
    anonymous.is_the_gateways(Code::TOKEN_REQUIRED, "Authentication token required");
}
