//! `GET /api/products?search`

use serde_json::{Value, json};
use tests::{Person, Stack, unique};

use crate::market::{clerk, market};

/// A product of a category of the test's own, so that others are not found with it.
async fn offer(stack: &Stack, clerk: &Person, category: &str, name: &str, description: &str) -> String {
    let body = json!({"name": name, "description": description, "price": 5, "category": category});
    stack.offer(clerk, body).await["id"].as_str().unwrap().to_owned()
}

/// What is found, and how many it is said to be.
async fn found(stack: &Stack, category: &str, search: &str) -> (Vec<Value>, Value) {
    let answer = stack.get(&format!("/api/products?category={category}&search={search}")).send().await;
    let rows = answer.data().as_array().unwrap_or_else(|| panic!("{answer}"));
    let total = answer.body["meta"]["pagination"]["total"].clone();
    (rows.iter().map(|row| row["id"].clone()).collect(), total)
}

/// Asserts that just these are found when the index has caught up.
async fn assert_finds(stack: &Stack, category: &str, search: &str, expected: &[&String]) {
    let ids: Vec<Value> = expected.iter().map(|id| json!(id)).collect();
    let expected = (search, (ids, json!(expected.len())));
    stack.comes_to(expected, async || (search, found(stack, category, search).await)).await;
}

#[apply(e2e)]
async fn whole_words_of_name_and_description_match_without_case_and_accents() {
    let (stack, clerk) = (market().await, clerk().await);
    let dishes = &unique("Dishes");
    let dish = offer(stack, clerk, dishes, "Crème-Brûlée DISH", "For Ömer's oven (350 °C)").await;
    let bowl = offer(stack, clerk, dishes, "Bowl", "A dish, too: straße").await;
    for (search, expected) in [
        ("dish", vec![&bowl, &dish]),
        ("DISH", vec![&bowl, &dish]),
        ("cr%C3%A8me", vec![&dish]),
        ("CREME%20brulee", vec![&dish]),
        ("brulee+creme", vec![&dish]),
        ("cre%CC%80me", vec![&dish]),
        ("oven%20dish", vec![&dish]),
        ("omer", vec![&dish]),
        ("350", vec![&dish]),
        ("STRASSE", vec![&bowl]),
        ("dish%20dish%2C%20dish%21", vec![&bowl, &dish]),
        // Words are whole, and all of them must match.
        ("cre", vec![]),
        ("dishes", vec![]),
        ("bowl%20oven", vec![]),
        ("nothing", vec![]),
    ] {
        assert_finds(stack, dishes, search, &expected).await;
    }
}

#[apply(e2e)]
async fn words_are_found_as_people_type_them_in_any_script() {
    let (stack, clerk) = (market().await, clerk().await);
    let things = &unique("Things");
    let pot = offer(stack, clerk, things, "Kaffee\u{ad}kanne", "").await;
    let bus = offer(stack, clerk, things, "バス", "").await;
    let lotus = offer(stack, clerk, things, "ハス", "").await;
    let lamp = offer(stack, clerk, things, "红色台灯", "อ่านหนังสือ 아이스커피포트").await;
    let dish = offer(stack, clerk, things, "Smørrebrød Łódź", "Encyclopædia, ẞ").await;
    for (search, expected) in [
        ("kaffeekanne", vec![&pot]),
        ("kaffee\u{ad}kanne", vec![&pot]),
        ("kaf\u{200b}feekanne", vec![&pot]),
        ("kaffee", vec![]),
        ("バス", vec![&bus]),
        ("ハス", vec![&lotus]),
        ("台灯", vec![&lamp]),
        ("色台灯", vec![&lamp]),
        ("灯台", vec![]),
        ("หนังสือ", vec![&lamp]),
        ("커피", vec![&lamp]),
        ("smorrebrod lodz encyclopaedia ss", vec![&dish]),
        ("SMØRREBRØD", vec![&dish]),
    ] {
        let encoded: String = search.bytes().map(|byte| format!("%{byte:02X}")).collect();
        assert_finds(stack, things, &encoded, &expected).await;
    }
}

#[apply(e2e)]
async fn search_follows_every_edit() {
    let (stack, clerk) = (market().await, clerk().await);
    let changing = &unique("Changing");
    let id = offer(stack, clerk, changing, "Lamp", "Bright red").await;
    let every = ["lamp", "lantern", "bright", "red", "green"];
    for (edit, words) in [
        (json!({}), vec!["lamp", "bright", "red"]),
        (json!({"name": "Lantern"}), vec!["lantern", "bright", "red"]),
        (json!({"description": "Bright green"}), vec!["lantern", "bright", "green"]),
        (json!({"price": 6}), vec!["lantern", "bright", "green"]),
        (json!({"isActive": false}), vec![]),
        (json!({"name": "Lamp"}), vec![]),
        (json!({"isActive": true}), vec!["lamp", "bright", "green"]),
    ] {
        let answer = stack.edit(clerk, &id, edit).await;
        assert_eq!(answer.status, 200, "{answer}");
        for word in every {
            let expected: &[&String] = if words.contains(&word) { &[&id] } else { &[] };
            assert_finds(stack, changing, word, expected).await;
        }
    }
}

/// The words' lists are read before the products are: a product may have changed in between, or just now.
#[apply(e2e)]
async fn what_is_found_is_shown_as_it_is_now() {
    let (stack, clerk) = (market().await, clerk().await);
    let fresh = &unique("Fresh");
    let id = offer(stack, clerk, fresh, "Peach", "").await;
    assert_finds(stack, fresh, "peach", &[&id]).await;
    assert_eq!(stack.edit(clerk, &id, json!({"price": 7})).await.status, 200);
    let answer = stack.get(&format!("/api/products?category={fresh}&search=peach")).send().await;
    assert_eq!(answer.data()[0]["price"], json!(7), "{answer}");
}
