//! `GET /api/products`: pages and filters.

use envelope::Code;
use serde_json::{Value, json};
use tests::{Answer, Person, Stack, unique};

use crate::market::{clerk, market};

const MESSAGE: &str = "Products retrieved successfully";

/// An empty stack with these products, given newest first.
async fn shop(products: impl IntoIterator<Item = Value>) -> (Stack, Person, Vec<Value>) {
    let stack = Stack::start().await;
    let clerk = stack.clerk().await;
    let mut rows = Vec::new();
    for product in products {
        rows.insert(0, stack.offer(&clerk, product).await);
    }
    stack.drained().await;
    (stack, clerk, rows)
}

pub(super) async fn list(stack: &Stack, query: &str) -> Answer {
    stack.get(&format!("/api/products?{query}")).send().await
}

/// The rows of a list whose pages are followed by their cursors to its end.
pub(super) async fn walk(stack: &Stack, query: &str) -> Vec<Value> {
    let mut rows = Vec::new();
    let mut answer = list(stack, query).await;
    loop {
        assert_eq!(answer.status, 200, "{answer}");
        rows.extend(answer.data().as_array().unwrap().clone());
        let pagination = &answer.body["meta"]["pagination"];
        assert_eq!(pagination["hasNext"], pagination["nextCursor"].is_string(), "{answer}");
        let Some(next) = pagination["nextCursor"].as_str() else { return rows };
        let query = query.replace("page=1&", "");
        answer = list(stack, &format!("{query}&cursor={next}")).await;
        let shown: Vec<_> = answer.body["meta"]["pagination"].as_object().unwrap().keys().cloned().collect();
        assert!(shown == ["limit", "hasNext", "nextCursor"] || shown == ["limit", "hasNext"], "{answer}");
    }
}

fn numbered(number: u32) -> Value {
    let category = ["Light", "Garden", "Kitchen & Bath"][number as usize % 3];
    json!({"name": format!("Thing {number}"), "price": f64::from(number) + 0.5, "category": category, "stock": number})
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn pages_and_cursors_show_every_product_once_and_totals_are_right() {
    let (stack, clerk, rows) = shop((1..=25).map(numbered)).await;
    // 20 on the first page, unless told.
    let first = stack.get("/api/products").send().await;
    let next = first.body["meta"]["pagination"]["nextCursor"].clone();
    let page = |page: u32, limit: u32, pages: u32, next: Option<&Value>, prev: bool| {
        let mut pagination = json!({"page": page, "limit": limit, "total": 25, "totalPages": pages, "hasNext": next.is_some(), "hasPrev": prev});
        if let Some(next) = next {
            pagination["nextCursor"] = next.clone();
        }
        pagination
    };
    first.lists(MESSAGE, rows[..20].into(), page(1, 20, 2, Some(&next), false));
    list(&stack, "page=2").await.lists(MESSAGE, rows[20..].into(), page(2, 20, 2, None, true));
    let middle = list(&stack, "page=2&limit=7").await;
    let next = middle.body["meta"]["pagination"]["nextCursor"].clone();
    middle.lists(MESSAGE, rows[7..14].into(), page(2, 7, 4, Some(&next), true));
    list(&stack, "page=5&limit=5").await.lists(MESSAGE, rows[20..].into(), page(5, 5, 5, None, true));
    list(&stack, "page=6&limit=5").await.lists(MESSAGE, json!([]), page(6, 5, 5, None, true));
    list(&stack, "page=10&limit=100").await.lists(MESSAGE, json!([]), page(10, 100, 1, None, true));
    list(&stack, "limit=100").await.lists(MESSAGE, rows.clone().into(), page(1, 100, 1, None, false));
    for limit in [1, 5, 7, 24, 25, 100] {
        assert_eq!(walk(&stack, &format!("page=1&limit={limit}")).await, rows, "{limit}");
    }

    // What is not for sale is in no list and no total, and neither is in another category.
    let gone = rows[3]["id"].as_str().unwrap();
    assert_eq!(stack.edit(&clerk, gone, json!({"isActive": false})).await.status, 200);
    stack.drained().await;
    let left: Vec<Value> = rows.iter().filter(|row| row["id"] != gone).cloned().collect();
    assert_eq!(walk(&stack, "page=1&limit=10").await, left);
    let empty = list(&stack, "page=9").await;
    assert_eq!(empty.body["meta"]["pagination"]["total"], 24, "{empty}");
}

/// The same of one category, in a shop that has others.
#[apply(e2e)]
async fn a_categorys_pages_cursors_and_total_are_its_own() {
    let (stack, clerk, category) = (market().await, clerk().await, unique("Pages"));
    let mut rows = Vec::new();
    for number in 0..7 {
        let product = json!({"name": format!("Page {number}"), "price": 5, "category": category});
        rows.insert(0, stack.offer(clerk, product).await);
    }
    let query = format!("category={category}");
    let total = async || list(stack, &query).await.body["meta"]["pagination"]["total"].clone();
    stack.comes_to(json!(7), total).await;
    for limit in [1, 3, 7, 100] {
        assert_eq!(walk(stack, &format!("page=1&limit={limit}&{query}")).await, rows, "{limit}");
    }
    let last = json!({"page": 3, "limit": 3, "total": 7, "totalPages": 3, "hasNext": false, "hasPrev": true});
    list(stack, &format!("{query}&page=3&limit=3")).await.lists(MESSAGE, rows[6..].into(), last);

    let gone = rows.remove(3)["id"].as_str().unwrap().to_owned();
    assert_eq!(stack.edit(clerk, &gone, json!({"isActive": false})).await.status, 200);
    stack.comes_to(json!(6), total).await;
    assert_eq!(walk(stack, &format!("page=1&limit=2&{query}")).await, rows);
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn filters_narrow_a_list_down_and_combine() {
    let (stack, clerk, rows) = shop((1..=24).map(numbered)).await;
    let cheap = |row: &Value| row["price"].as_f64().unwrap() <= 6.5;
    let dear = |row: &Value| row["price"].as_f64().unwrap() >= 4.5;
    let light = |row: &Value| row["category"] == "Light";
    let four = |row: &Value| row["name"] == "Thing 4";
    type Test<'a> = &'a dyn Fn(&Value) -> bool;
    let cases: [(&str, Test<'_>); 13] = [
        ("category=Light", &light),
        ("category=Kitchen%20%26%20Bath", &|row| row["category"] == "Kitchen & Bath"),
        ("category=light", &|_| false),
        ("minPrice=4.5", &dear),
        ("maxPrice=6.50", &cheap),
        ("minPrice=4.5&maxPrice=6.5", &|row| cheap(row) && dear(row)),
        ("minPrice=4.51&maxPrice=4.52", &|_| false),
        ("minPrice=10000000", &|_| false),
        ("category=Light&minPrice=184467440737095516.15", &|_| false),
        ("category=Light&minPrice=4.5", &|row| light(row) && dear(row)),
        ("search=thing", &|_| true),
        ("search=thing%204&category=Garden&maxPrice=6.5", &four),
        ("search=4%20thing&minPrice=4.51", &|_| false),
    ];
    for (query, test) in cases {
        let expected: Vec<Value> = rows.iter().filter(|row| test(row)).cloned().collect();
        for limit in [2, 100] {
            assert_eq!(walk(&stack, &format!("page=1&limit={limit}&{query}")).await, expected, "{query}");
        }
        let total = expected.len();
        let pagination = json!({
            "page": 1, "limit": 100, "total": total, "totalPages": usize::from(total > 0), "hasNext": false, "hasPrev": false,
        });
        list(&stack, &format!("limit=100&{query}")).await.lists(MESSAGE, expected.into(), pagination);
        let beyond = list(&stack, &format!("page=3&limit=50&{query}")).await;
        assert_eq!(beyond.body["meta"]["pagination"]["total"], total, "{query}: {beyond}");
    }

    // A product that moves is where it went to, and counted there.
    let moved = rows.iter().find(|row| light(row)).unwrap()["id"].as_str().unwrap();
    assert_eq!(stack.edit(&clerk, moved, json!({"category": "Moved", "price": 1000})).await.status, 200);
    stack.drained().await;
    for (query, total) in
        [("category=Light", 7), ("category=Moved", 1), ("minPrice=999", 1), ("category=Moved&maxPrice=999", 0)]
    {
        let answer = list(&stack, query).await;
        assert_eq!(
            (answer.data().as_array().unwrap().len(), &answer.body["meta"]["pagination"]["total"]),
            (total, &json!(total)),
            "{query}: {answer}"
        );
    }
}

#[apply(e2e)]
async fn a_query_is_read_strictly() {
    let stack = market().await;
    for (query, problems) in [
        ("page=0", vec!["page OUT_OF_RANGE"]),
        ("page=one&limit=101", vec!["page INVALID_TYPE", "limit OUT_OF_RANGE"]),
        ("limit=0", vec!["limit OUT_OF_RANGE"]),
        ("page=51", vec!["page OUT_OF_RANGE"]),
        ("page=11&limit=100", vec!["page OUT_OF_RANGE"]),
        ("page=4294967295&limit=100", vec!["page OUT_OF_RANGE"]),
        ("minPrice=5&maxPrice=4.99", vec!["minPrice OUT_OF_RANGE"]),
        ("order=price", vec!["order UNKNOWN_FIELD"]),
        ("sort=price", vec!["sort INVALID_VALUE"]),
        ("category=a&category=b", vec!["category REPEATED"]),
        ("page=2&cursor=x", vec!["cursor CONFLICT"]),
    ] {
        let answer = list(stack, query).await;
        answer.refuses_fields(&problems);
    }
    for (name, values) in
        [("minPrice", ["-1", "", "1,5", "0.001", "1e3", "x"]), ("maxPrice", ["-0.01", "NaN", "1.", ".5", "+1", "0x1"])]
    {
        for value in values {
            list(stack, &format!("{name}={value}")).await.refuses_fields(&[format!("{name} INVALID_TYPE")]);
        }
    }
    let answer = list(stack, &format!("search={}", "x".repeat(201))).await;
    assert_eq!(answer.problems(), ["search TOO_LONG"], "{answer}");
    for query in
        ["page=50", "page=10&limit=100", "minPrice=0", "minPrice=5&maxPrice=5", "search=", "category=", "search=%21"]
    {
        let answer = list(stack, query).await;
        assert_eq!(answer.status, 200, "{query}: {answer}");
    }
}

#[apply(e2e)]
async fn a_cursor_leads_on_in_the_list_it_came_from_and_nowhere_else() {
    let (stack, clerk) = (market().await, clerk().await);
    let (cursed, other) = (unique("Cursed"), unique("Other"));
    for number in 0..3 {
        stack.offer(clerk, json!({"name": format!("Cursed {number}"), "price": 5, "category": cursed})).await;
    }
    let (cursed, other) = (format!("category={cursed}"), format!("category={other}"));
    for query in [&cursed, &format!("{cursed}&search=cursed")] {
        stack.comes_to(3, async || list(stack, query).await.data().as_array().unwrap().len()).await;
    }
    let cursor = async |query: &str| {
        let answer = list(stack, query).await;
        answer.body["meta"]["pagination"]["nextCursor"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    };
    let good = cursor(&format!("limit=1&{cursed}")).await;
    let searched = cursor("limit=1&search=cursed").await;
    let after = list(stack, &format!("{cursed}&cursor={good}")).await;
    assert_eq!(after.data().as_array().unwrap().len(), 2, "{after}");
    // What clients made from the description may send: the first page beside a cursor, and an empty cursor.
    let beside = list(stack, &format!("{cursed}&cursor={good}&page=1")).await;
    assert_eq!((beside.data(), &beside.body["meta"]["pagination"]), (after.data(), &after.body["meta"]["pagination"]));
    let none = list(stack, &format!("{cursed}&cursor=&page=2&limit=2")).await;
    assert_eq!(
        (none.data().as_array().unwrap().len(), &none.body["meta"]["pagination"]["page"]),
        (1, &json!(2)),
        "{none}"
    );
    for (query, cursor) in [
        (&*cursed, "%20"),
        (&*cursed, "x"),
        (&*cursed, "AAAA"),
        (&*cursed, &good[..good.len() - 1]),
        (&*cursed, &format!("{good}A")),
        (&*cursed, &good.to_lowercase()),
        (&*cursed, &"A".repeat(5_000)),
        (&other, &good),
        (&format!("{cursed}&minPrice=1"), &good),
        ("limit=1", &good),
        (&*cursed, &searched),
    ] {
        let answer = list(stack, &format!("{query}&cursor={cursor}")).await;
        answer.fails(Code::INVALID_CURSOR, "Invalid cursor", Value::Null);
    }
}
