//! `GET /api/users`

use envelope::Code;
use serde_json::{Value, json};
use tests::{Person, Stack, is_timestamp};

use crate::{ada, admin, shared};

const MESSAGE: &str = "Users retrieved successfully";

#[apply(e2e)]
async fn the_list_is_an_admins() {
    let (stack, ada) = (shared().await, ada().await);
    stack.get("/api/users").token(&ada.token).send().await.fails(Code::FORBIDDEN, "Access denied", Value::Null);
    let anonymous = stack.get("/api/users").send().await;
    anonymous.is_the_gateways(Code::TOKEN_REQUIRED, "Authentication token required");
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn pages_go_from_the_newest_to_the_oldest_and_the_total_is_kept_through_a_crash() {
    let mut stack = Stack::start().await;
    let admin = stack.admin().await;
    // Newest first.
    let mut people = vec![admin.clone()];
    for name in ["Ada", "Grace", "Barbara"] {
        people.insert(0, stack.customer(name).await);
    }
    stack.drained().await;
    let page =
        async |stack: &Stack, query: &str| stack.get(&format!("/api/users?{query}")).token(&admin.token).send().await;
    let pagination = |page: u32, limit: u32, pages: u32, next: bool, prev: bool| json!({"page": page, "limit": limit, "total": 4, "totalPages": pages, "hasNext": next, "hasPrev": prev});

    let all = stack.get("/api/users").token(&admin.token).send().await;
    let row = |(number, person): (usize, &Person)| {
        let (role, created) = (if number == 3 { "admin" } else { "customer" }, &all.data()[number]["createdAt"]);
        assert!(is_timestamp(created), "{all}");
        json!({"id": person.id, "email": person.email, "name": person.name, "role": role, "emailVerified": false, "createdAt": created})
    };
    let rows: Vec<Value> = people.iter().enumerate().map(row).collect();
    all.lists(MESSAGE, rows.clone().into(), pagination(1, 10, 1, false, false));

    page(&stack, "limit=3").await.lists(MESSAGE, rows[0..3].into(), pagination(1, 3, 2, true, false));
    page(&stack, "page=2&limit=3").await.lists(MESSAGE, rows[3..].into(), pagination(2, 3, 2, false, true));
    page(&stack, "page=2&limit=1").await.lists(MESSAGE, rows[1..2].into(), pagination(2, 1, 4, true, true));
    page(&stack, "page=2.0&limit=4e0").await.lists(MESSAGE, json!([]), pagination(2, 4, 1, false, true));
    page(&stack, "page=10&limit=100").await.lists(MESSAGE, json!([]), pagination(10, 100, 1, false, true));

    stack.kill().await;
    stack.start_again(&[]).await;
    stack.drained().await;
    page(&stack, "page=2&limit=4").await.lists(MESSAGE, json!([]), pagination(2, 4, 1, false, true));
    page(&stack, "limit=4").await.lists(MESSAGE, rows.into(), pagination(1, 4, 1, false, false));
}

#[apply(e2e)]
async fn a_query_is_read_strictly() {
    let (stack, admin) = (shared().await, admin().await);
    for (query, problems) in [
        ("page=0", vec!["page OUT_OF_RANGE"]),
        ("page=-1", vec!["page INVALID_TYPE"]),
        ("page=one", vec!["page INVALID_TYPE"]),
        ("page=", vec!["page INVALID_TYPE"]),
        ("page", vec!["page INVALID_TYPE"]),
        ("page=1.5", vec!["page INVALID_TYPE"]),
        ("page=%00", vec!["page INVALID_TYPE"]),
        ("page=+1", vec!["page INVALID_TYPE"]),
        ("page=%D9%A3", vec!["page INVALID_TYPE"]),
        ("page=4294967296", vec!["page OUT_OF_RANGE"]),
        ("page=99999999999999999999999999", vec!["page OUT_OF_RANGE"]),
        ("limit=0", vec!["limit OUT_OF_RANGE"]),
        ("limit=101", vec!["limit OUT_OF_RANGE"]),
        ("page=1&page=2", vec!["page REPEATED"]),
        ("sort=name", vec!["sort UNKNOWN_FIELD"]),
        ("PAGE=1", vec!["PAGE UNKNOWN_FIELD"]),
        ("page=0&limit=x&sort=up", vec!["page OUT_OF_RANGE", "limit INVALID_TYPE", "sort UNKNOWN_FIELD"]),
        // Beyond the first thousand rows.
        ("page=101", vec!["page OUT_OF_RANGE"]),
        ("page=11&limit=100", vec!["page OUT_OF_RANGE"]),
        ("page=4294967295&limit=100", vec!["page OUT_OF_RANGE"]),
    ] {
        let answer = stack.get(&format!("/api/users?{query}")).token(&admin.token).send().await;
        answer.refuses_fields(&problems);
    }
    let edge = stack.get("/api/users?page=10&limit=100").token(&admin.token).send().await;
    assert_eq!(edge.status, 200, "{edge}");
}

#[apply(e2e)]
#[needs(Gateway)]
async fn a_semicolon_ends_a_parameter_too() {
    let (stack, admin) = (shared().await, admin().await);
    let answer = stack.get("/api/users?page=1;page=1").token(&admin.token).send().await;
    assert_eq!(answer.problems(), ["page REPEATED"], "{answer}");
}
