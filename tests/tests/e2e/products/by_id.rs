//! `GET /api/products?ids=…`

use serde_json::{Value, json};

use crate::market::{clerk, market};

#[apply(e2e)]
async fn products_are_read_by_their_ids_in_the_order_asked() {
    let (stack, clerk) = (market().await, clerk().await);
    let [a, b, hidden] = [stack.stocked(clerk, 1).await, stack.stocked(clerk, 2).await, stack.stocked(clerk, 3).await];
    assert_eq!(stack.edit(clerk, &hidden, json!({"isActive": false})).await.status, 200);
    let missing = "01980000-0000-7000-8000-000000000000";
    let ids = format!("{b},{missing},{hidden},lamp,{},{b}", a.to_uppercase());
    let page = |total: u32| json!({"page": 1, "limit": 100, "total": total, "totalPages": total.min(1), "hasNext": false, "hasPrev": false});
    let rows = async |ids: &[&str]| {
        let mut rows = Vec::new();
        for id in ids {
            let row = stack.get(&format!("/api/admin/products/{id}")).token(&clerk.token).send().await;
            rows.push(row.data().clone());
        }
        Value::Array(rows)
    };
    let listed = stack.get(&format!("/api/products?ids={ids}")).send().await;
    listed.lists("Products retrieved successfully", rows(&[&b, &a]).await, page(2));
    // The route is everyone's: no token changes what it shows.
    let listed = stack.get(&format!("/api/products?ids={ids}")).token(&clerk.token).send().await;
    listed.lists("Products retrieved successfully", rows(&[&b, &a]).await, page(2));
    for (query, shown) in
        [("", vec![&b, &hidden, &a]), ("&active=true", vec![&b, &a]), ("&active=false", vec![&hidden])]
    {
        let shown: Vec<&str> = shown.into_iter().map(String::as_str).collect();
        let listed = stack.get(&format!("/api/admin/products?ids={ids}{query}")).token(&clerk.token).send().await;
        let total = u32::try_from(shown.len()).unwrap();
        listed.lists("Products retrieved successfully", rows(&shown).await, page(total));
    }
    let none = stack.get("/api/products?ids=").send().await;
    none.lists("Products retrieved successfully", json!([]), page(0));
}

#[apply(e2e)]
async fn ids_stand_alone_and_are_a_hundred_at_most() {
    let stack = market().await;
    let id = "01980000-0000-7000-8000-000000000000";
    for other in ["page=1", "limit=20", "category=Light", "minPrice=1", "maxPrice=2", "search=lamp"] {
        let answer = stack.get(&format!("/api/products?ids={id}&{other}")).send().await;
        answer.refuses_fields(&["ids CONFLICT"]);
    }
    let hundred = vec![id; 100].join(",");
    assert_eq!(stack.get(&format!("/api/products?ids={hundred}")).send().await.status, 200);
    stack.get(&format!("/api/products?ids={hundred},{id}")).send().await.refuses_fields(&["ids TOO_MANY"]);
    stack.get(&format!("/api/products?ids={id}&ids={id}")).send().await.refuses_fields(&["ids REPEATED"]);
}
