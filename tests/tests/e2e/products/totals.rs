//! `GET /api/products` where there are very many: a total that no kept count knows is counted to a hundred, and
//! a page examines only so many.

use std::ops::Range;

use serde_json::{Value, json};
use tests::Stack;

use super::list::{list, walk};

const ALL: u64 = 1_030;

/// So many products, the oldest dear.
async fn fill(stack: &Stack) {
    put(stack, 0..40, |_| 500).await;
    put(stack, 40..ALL, |nth| 10 + nth % 2).await;
    stack.drained().await;
}

/// Puts the products of these numbers into the table as the service writes them, which no client could do in a test's time: the
/// newest last, each at a price in cents.
async fn put(stack: &Stack, numbers: Range<u64>, cents: impl Fn(u64) -> u64) {
    let text = |text: &str| json!({"S": text});
    let number = |number: u64| json!({"N": number.to_string()});
    let item = |nth: u64| {
        json!({
            "id": text(&format!("01980000-0000-7000-8000-{nth:012}")), "name": text("Nail"), "description": text(""),
            "price": number(cents(nth)), "category": text("Metal"), "stock": number(1), "isActive": {"BOOL": true},
            "createdAt": text("2026-01-31T12:00:00.000Z"), "revision": number(1), "listing": text("active"),
            "categoryListing": text("Metal"),
        })
    };
    for first in numbers.clone().step_by(25) {
        let puts: Vec<Value> =
            (first..numbers.end.min(first + 25)).map(|nth| json!({"PutRequest": {"Item": item(nth)}})).collect();
        let input = json!({"RequestItems": {"ProductsTable": puts}});
        let answer = stack.aws("DynamoDB_20120810.BatchWriteItem", input).send().await;
        assert_eq!((answer.status.as_u16(), &answer.body["UnprocessedItems"]), (200, &json!({})), "{answer}");
    }
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_total_that_is_not_kept_is_capped_and_cursors_lead_beyond_it() {
    let stack = Stack::start().await;
    fill(&stack).await;
    let kept = json!({"total": ALL, "totalPages": ALL.div_ceil(20), "hasNext": true});
    let capped = json!({"total": 100, "totalCapped": true, "totalPages": 5, "hasNext": true});
    let counted = json!({"total": 40, "totalPages": 2, "hasNext": false});
    for (query, page, expected, all) in [
        ("", 50, &kept, ALL),
        ("category=Metal", 50, &kept, ALL),
        ("search=nail", 50, &capped, ALL),
        ("minPrice=0.1", 50, &capped, ALL),
        ("category=Metal&maxPrice=5", 50, &capped, ALL),
        ("maxPrice=0.1", 5, &capped, (ALL - 40) / 2),
        ("search=nail&maxPrice=0.1", 5, &capped, (ALL - 40) / 2),
        ("minPrice=5", 2, &counted, 40),
    ] {
        for sort in ["newest", "oldest", "priceAsc", "priceDesc", "name"] {
            let query = format!("{query}&sort={sort}");
            // By price and by name, a search for what all have compares a hundred products.
            let page = if query.starts_with("search") { page.min(5) } else { page };
            let answer = list(&stack, &format!("{query}&page={page}")).await;
            let mut found = answer.body["meta"]["pagination"].clone();
            let asked = ["page", "limit", "hasPrev", "nextCursor"];
            found.as_object_mut().unwrap().retain(|name, _| !asked.contains(&name.as_str()));
            assert_eq!((found, answer.data().as_array().unwrap().len()), (expected.clone(), 20), "{query}");
            let rows = walk(&stack, &format!("page=1&limit=100&{query}")).await;
            assert_eq!(rows.len() as u64, all, "{query}");
            let id = |row: &Value| row["id"].as_str().unwrap().to_owned();
            let cents = |row: &Value| (row["price"].as_f64().unwrap() * 100.0).round() as u64;
            assert!(
                rows.is_sorted_by(|one, next| match sort {
                    "newest" => id(one) > id(next),
                    "priceAsc" => (cents(one), id(one)) < (cents(next), id(next)),
                    "priceDesc" => (cents(one), id(one)) > (cents(next), id(next)),
                    _ => id(one) < id(next),
                }),
                "{query}"
            );
        }
    }
}

/// More old products of a range than are sorted, and more newer ones than a page examines.
#[apply(e2e)]
#[needs(OwnStack)]
async fn a_page_may_be_empty_and_not_the_last() {
    let stack = Stack::start().await;
    put(&stack, 0..250, |_| 432_150).await;
    put(&stack, 250..1_000, |_| 5_000).await;
    let query = "minPrice=4321.5&maxPrice=4321.5&limit=90";
    let answer = list(&stack, query).await;
    let pagination = answer.body["meta"]["pagination"].clone();
    let next = pagination["nextCursor"].as_str().unwrap_or_else(|| panic!("{answer}"));
    let expected = json!({
        "page": 1, "limit": 90, "total": 100, "totalCapped": true, "totalPages": 2, "hasNext": true, "hasPrev": false,
        "nextCursor": next,
    });
    assert_eq!((answer.data(), &pagination), (&json!([]), &expected), "{answer}");
    let refused = list(&stack, &format!("{query}&page=2")).await;
    assert_eq!(refused.problems(), ["page OUT_OF_RANGE"], "{refused}");
    assert_eq!(refused.status, 400, "{refused}");
    assert!(refused.body["error"]["details"]["cursor"].is_string(), "{refused}");
    let rows = walk(&stack, &format!("page=1&{query}")).await;
    let ids: Vec<&str> = rows.iter().map(|row| row["id"].as_str().unwrap()).collect();
    let expected: Vec<String> = (0..250).rev().map(|nth| format!("01980000-0000-7000-8000-{nth:012}")).collect();
    assert_eq!(ids, expected);
}
