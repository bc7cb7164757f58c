//! `GET /api/products` where there are very many: a total that no kept count knows is counted to a thousand.

use std::ops::Range;

use serde_json::{Value, json};
use tests::Stack;

use super::list::{list, walk};

const ALL: u64 = 1_030;

/// Puts so many products into the table as the service writes them, which no client could do in a test's time.
async fn fill(stack: &Stack) {
    put(stack, 0..ALL, |nth| 10 + nth % 2).await;
    stack.drained().await;
}

/// Puts the products of these numbers, the newest last, each at a price in cents.
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
    let capped = json!({"total": 1000, "totalCapped": true, "totalPages": 50, "hasNext": true});
    let counted = json!({"total": ALL / 2, "totalPages": (ALL / 2).div_ceil(20), "hasNext": false});
    for (query, expected) in [
        ("", &kept),
        ("category=Metal", &kept),
        ("search=nail", &capped),
        ("minPrice=0.1", &capped),
        ("category=Metal&maxPrice=0.11", &capped),
        ("maxPrice=0.1", &counted),
        ("search=nail&minPrice=0.11", &counted),
    ] {
        let answer = list(&stack, &format!("{query}&page=50")).await;
        let mut found = answer.body["meta"]["pagination"].clone();
        found
            .as_object_mut()
            .unwrap()
            .retain(|name, _| !["page", "limit", "hasPrev", "nextCursor"].contains(&name.as_str()));
        assert_eq!(found, *expected, "{query}");
        let rows = walk(&stack, &format!("page=1&limit=100&{query}")).await;
        let all = if expected == &counted { ALL / 2 } else { ALL };
        assert_eq!(rows.len() as u64, all, "{query}");
        assert!(rows.is_sorted_by(|one, next| one["id"].as_str() > next["id"].as_str()), "{query}");
    }
}

/// More products of a range than are counted, and more newer ones than are examined.
#[apply(e2e)]
#[needs(OwnStack)]
async fn a_price_range_of_old_products_only_has_its_pages() {
    let stack = Stack::start().await;
    put(&stack, 0..1_100, |_| 432_150).await;
    put(&stack, 1_100..6_300, |_| 5_000).await;
    for (query, first) in [("page=1", 1_099), ("page=11", 199), ("category=Metal&page=1", 1_099)] {
        let answer = list(&stack, &format!("minPrice=4321.5&maxPrice=4321.5&limit=90&{query}")).await;
        let ids: Vec<&str> = answer.data().as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect();
        let expected: Vec<String> =
            (first - 89..=first).rev().map(|nth: u64| format!("01980000-0000-7000-8000-{nth:012}")).collect();
        assert_eq!(ids, expected, "{query}");
        let pagination = &answer.body["meta"]["pagination"];
        assert_eq!((&pagination["total"], &pagination["hasNext"]), (&json!(1_000), &json!(true)), "{answer}");
    }
    // Of 5 200 in the range, too many to sort, none is among the 5 000 newest that are examined.
    put(&stack, 6_300..11_500, |_| 100).await;
    let query = "minPrice=50&maxPrice=50&limit=90";
    let answer = list(&stack, query).await;
    assert_eq!(answer.problems(), ["page OUT_OF_RANGE"], "{answer}");
    assert_eq!(answer.status, 400, "{answer}");
    let cursor = answer.body["error"]["details"]["cursor"].as_str().unwrap_or_else(|| panic!("{answer}"));
    let next = list(&stack, &format!("{query}&cursor={cursor}")).await;
    let rows = next.data().as_array().unwrap();
    assert_eq!((rows.len(), &rows[0]["id"]), (90, &json!("01980000-0000-7000-8000-000000006299")), "{next}");
}
