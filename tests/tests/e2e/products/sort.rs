//! `GET /api/products?sort=…`

use envelope::Code;
use serde_json::{Value, json};
use tests::{Person, Stack, unique};

use crate::market::{clerk, market};

/// The names on all pages of a list, by its cursor.
async fn names(stack: &Stack, person: &Person, path: &str) -> Vec<String> {
    let (mut names, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = stack.get(&format!("{path}&limit=2&cursor={cursor}")).token(&person.token).send().await;
        let rows = page.data().as_array().unwrap_or_else(|| panic!("{page}"));
        names.extend(rows.iter().map(|row| row["name"].as_str().unwrap().to_owned()));
        match &page.body["meta"]["pagination"]["nextCursor"] {
            Value::String(next) => cursor.clone_from(next),
            _ => return names,
        }
    }
}

#[apply(e2e)]
async fn each_order_goes_with_each_filter() {
    let (stack, clerk) = (market().await, clerk().await);
    let category = unique("Sorted");
    for (name, price) in [("éclair lamp", 30), ("Zebra lamp", 10), ("Apple", 20), ("apple lamp", 20)] {
        stack.offer(clerk, json!({"name": name, "price": price, "category": category})).await;
    }
    let all = format!("/api/products?category={category}");
    // The index trails the products.
    while names(stack, clerk, &format!("{all}&sort=name")).await.len() < 4
        || names(stack, clerk, &format!("{all}&search=lamp")).await.len() < 3
    {}
    for (query, expected) in [
        ("&sort=newest", &["apple lamp", "Apple", "Zebra lamp", "éclair lamp"][..]),
        ("&sort=oldest", &["éclair lamp", "Zebra lamp", "Apple", "apple lamp"]),
        ("&sort=priceAsc", &["Zebra lamp", "Apple", "apple lamp", "éclair lamp"]),
        ("&sort=priceDesc", &["éclair lamp", "apple lamp", "Apple", "Zebra lamp"]),
        ("&sort=name", &["Apple", "apple lamp", "éclair lamp", "Zebra lamp"]),
        ("&sort=priceDesc&maxPrice=20", &["apple lamp", "Apple", "Zebra lamp"]),
        ("&sort=name&minPrice=20", &["Apple", "apple lamp", "éclair lamp"]),
        ("&sort=oldest&minPrice=20", &["éclair lamp", "Apple", "apple lamp"]),
        ("&sort=name&search=lamp", &["apple lamp", "éclair lamp", "Zebra lamp"]),
        ("&sort=priceAsc&search=lamp&minPrice=20", &["apple lamp", "éclair lamp"]),
    ] {
        assert_eq!(names(stack, clerk, &format!("{all}{query}")).await, expected, "{query}");
        let admins = format!("/api/admin/products?category={category}{query}");
        assert_eq!(names(stack, clerk, &admins).await, expected, "{admins}");
    }
    let page = stack.get(&format!("{all}&sort=name&limit=2")).send().await;
    let cursor = page.body["meta"]["pagination"]["nextCursor"].as_str().unwrap();
    let other = stack.get(&format!("{all}&sort=priceAsc&cursor={cursor}")).send().await;
    other.fails(Code::INVALID_CURSOR, "Invalid cursor", Value::Null);
    for sort in ["price", "", "Name"] {
        stack.get(&format!("{all}&sort={sort}")).send().await.refuses_fields(&["sort INVALID_VALUE"]);
    }
    stack.get("/api/products?ids=&sort=name").send().await.refuses_fields(&["ids CONFLICT"]);
}
