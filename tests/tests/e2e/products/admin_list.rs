//! `GET /api/admin/products`: the list of everyone, and what is not for sale.

use envelope::Code;
use serde_json::{Value, json};
use tests::{Answer, Person, Stack, unique};

use crate::market::{clerk, market};

const MESSAGE: &str = "Products retrieved successfully";

async fn list(stack: &Stack, clerk: &Person, query: &str) -> Answer {
    stack.get(&format!("/api/admin/products?{query}")).token(&clerk.token).send().await
}

fn total(answer: &Answer) -> Value {
    answer.body["meta"]["pagination"]["total"].clone()
}

/// Six products of a category, newest first; every other one is not for sale.
async fn mixed(stack: &Stack, clerk: &Person, category: &str) -> Vec<Value> {
    let mut rows = Vec::new();
    for number in 0..6 {
        let lamp = json!({"name": format!("Lamp {number}"), "price": number + 1, "category": category});
        let mut row = stack.offer(clerk, lamp).await;
        if number % 2 == 0 {
            let id = row["id"].as_str().unwrap().to_owned();
            row = stack.edit(clerk, &id, json!({"isActive": false})).await.data().clone();
        }
        rows.insert(0, row);
    }
    let counted = async || total(&list(stack, clerk, &format!("active=false&category={category}")).await);
    stack.comes_to(json!(3), counted).await;
    let counted = async || total(&list(stack, clerk, &format!("category={category}")).await);
    stack.comes_to(json!(6), counted).await;
    rows
}

#[apply(e2e)]
async fn everything_is_listed_and_what_is_not_for_sale_alone() {
    let (stack, clerk, category) = (market().await, clerk().await, unique("Mixed"));
    let rows = mixed(stack, clerk, &category).await;
    let of = |active: bool| rows.iter().filter(|row| row["isActive"] == active).cloned().collect::<Vec<_>>();
    for (query, expected) in [("", rows.clone()), ("active=true&", of(true)), ("active=false&", of(false))] {
        for filter in ["", "&maxPrice=6", "&search=lamp"] {
            let query = format!("{query}category={category}{filter}");
            let number = expected.len();
            let one_page =
                json!({"page": 1, "limit": 20, "total": number, "totalPages": 1, "hasNext": false, "hasPrev": false});
            list(stack, clerk, &query).await.lists(MESSAGE, json!(expected), one_page);
            // By cursor, two a page.
            let (mut walked, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = list(stack, clerk, &format!("{query}&limit=2{cursor}")).await;
                walked.extend(page.data().as_array().unwrap_or_else(|| panic!("{page}")).clone());
                let Some(next) = page.body["meta"]["pagination"]["nextCursor"].as_str() else { break };
                cursor = format!("&cursor={next}");
            }
            assert_eq!(walked, expected, "{query}");
        }
    }
    // What everyone sees is what is for sale, whatever they send.
    let public = stack.get(&format!("/api/products?category={category}")).token(&clerk.token).send().await;
    assert_eq!(public.data(), &json!(of(true)));
    let refused = stack.get("/api/products?active=false").token(&clerk.token).send().await;
    assert_eq!(refused.status, 400, "{refused}");
}

#[apply(e2e)]
async fn a_cursor_leads_through_its_own_list_alone() {
    let (stack, clerk, category) = (market().await, clerk().await, unique("Cursors"));
    mixed(stack, clerk, &category).await;
    let lists = ["/api/admin/products?", "/api/admin/products?active=false&", "/api/admin/products?active=true&"];
    let page = |list: &str, rest: &str| {
        stack.get(&format!("{list}category={category}&limit=1{rest}")).token(&clerk.token).send()
    };
    for own in lists {
        let cursor = page(own, "").await.body["meta"]["pagination"]["nextCursor"].as_str().unwrap().to_owned();
        for other in lists {
            let answer = page(other, &format!("&cursor={cursor}")).await;
            assert_eq!(answer.status == 200, own == other, "{own}, {other}: {answer}");
        }
    }
}

#[apply(e2e)]
async fn it_is_for_admins() {
    let (stack, customer) = (market().await, market().await.visitor("Ada").await);
    let refused = stack.get("/api/admin/products").token(&customer.token).send().await;
    refused.fails(Code::FORBIDDEN, "Access denied", Value::Null);
    assert_eq!(stack.get("/api/admin/products").send().await.status, 401);
    let answer = list(stack, clerk().await, "active=no&page=0").await;
    let fields = answer.body["error"]["details"]["fields"].as_array().unwrap_or_else(|| panic!("{answer}"));
    let names: Vec<&Value> = fields.iter().map(|field| &field["field"]).collect();
    assert_eq!((answer.status.as_u16(), json!(names)), (400, json!(["active", "page"])), "{answer}");
}
