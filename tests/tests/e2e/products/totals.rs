//! `GET /api/products` where there are very many: a total that no kept count knows is counted to a thousand.

use serde_json::{Value, json};
use tests::Stack;

use super::list::{list, walk};

const ALL: u64 = 1_030;

/// Puts so many products into the table as the service writes them, which no client could do in a test's time.
async fn fill(stack: &Stack) {
    let text = |text: &str| json!({"S": text});
    let number = |number: u64| json!({"N": number.to_string()});
    let item = |nth: u64| {
        json!({
            "id": text(&format!("01980000-0000-7000-8000-{nth:012}")), "name": text("Nail"), "description": text(""),
            "price": number(10 + nth % 2), "category": text("Metal"), "stock": number(1), "isActive": {"BOOL": true},
            "createdAt": text("2026-01-31T12:00:00.000Z"), "revision": number(1), "listing": text("active"),
            "categoryListing": text("Metal"),
        })
    };
    for first in (0..ALL).step_by(25) {
        let puts: Vec<Value> =
            (first..ALL.min(first + 25)).map(|nth| json!({"PutRequest": {"Item": item(nth)}})).collect();
        let input = json!({"RequestItems": {"ProductsTable": puts}});
        let answer = stack.aws("DynamoDB_20120810.BatchWriteItem", input).send().await;
        assert_eq!((answer.status.as_u16(), &answer.body["UnprocessedItems"]), (200, &json!({})), "{answer}");
    }
    stack.drained().await;
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
