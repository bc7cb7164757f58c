//! One typical request of every route.

use http::Method;
use local_template::Route;
use serde_json::{Value, json};

use super::shop::Shop;
use crate::ask::Ask;
use crate::error::Error;
use crate::people::{self, text};
use crate::stack::Stack;

/// Requests of one kind, each sent once.
#[derive(Debug)]
pub struct Case {
    /// The route as in the template, with the query if it has one.
    pub name: String,
    pub asks: Vec<Ask>,
}

/// Requests to a route that hashes a password: each takes a third of a second.
const HASHED: usize = 8;

/// The requests of a route, `many` of each kind. A `GET` that is not named here is asked for its path alone, by a customer
/// if it has an authorizer; for any other route that is not named there are none.
pub async fn of(stack: &Stack, shop: &Shop, route: &Route, many: usize) -> Result<Vec<Case>, Error> {
    let (method, path, guarded) = (route.method.as_str(), route.path.as_str(), route.authorizer.is_some());
    let route = format!("{method} {path}");
    let customer = |ask: Ask| ask.token(&shop.customer.token);
    let admin = |ask: Ask| ask.token(&shop.admin.token);
    let product = shop.products.first().map_or("", String::as_str);
    let of_product = path.replace("{id}", product);
    let one = |asks: Vec<Ask>| Ok(vec![Case { name: route.clone(), asks }]);
    let same = |ask: Ask| one(vec![ask; many]);
    match route.as_str() {
        "POST /api/users/register" => {
            one((0..HASHED).map(|n| people::registration(&format!("newcomer-{n}"))).collect())
        }
        "POST /api/users/login" => one(vec![people::login(&shop.customer.email); HASHED]),
        "POST /api/users/auth/verify" => same(customer(Ask::new(Method::POST, path))),
        "GET /api/users" => same(admin(Ask::get(path))),
        "GET /api/products" => Ok(queries(&shop.words)
            .map(|query| Case {
                name: format!("{route}{query}"),
                asks: vec![Ask::get(&format!("{path}{query}")); many],
            })
            .collect()),
        "POST /api/products" => same(admin(Ask::post(path, &people::product("Reading lamp")).created())),
        "PATCH /api/products/{id}" => {
            // Each has to change something.
            let edit = |n| admin(Ask::patch(&of_product, &json!({"price": 40.0 + f64::from(n as u32 % 2)})));
            one((0..many).map(edit).collect())
        }
        "PATCH /api/products/{id}/stock" => {
            same(admin(Ask::patch(&of_product, &json!({"quantity": 1, "operation": "decrease"}))))
        }
        "POST /api/orders" => {
            let line = |id: &String| json!({"productId": id, "quantity": 1});
            let items: Value = shop.products.iter().take(2).map(line).collect();
            same(customer(Ask::post(path, &json!({"items": items})).created()))
        }
        "POST /api/orders/{id}/cancel" => {
            let cancel = |id: &String| customer(Ask::post(&path.replace("{id}", id), &json!({})));
            one(shop.orders.iter().skip(1).take(many).map(cancel).collect())
        }
        "PATCH /api/notifications/{id}/read" => {
            let read = |id: &String| customer(Ask::new(Method::PATCH, &path.replace("{id}", id)));
            one(notifications(stack, shop, many).await?.iter().map(read).collect())
        }
        _ => match derived(shop, path).filter(|_| method == "GET") {
            Some(ask) => same(if guarded { customer(ask) } else { ask }),
            None => Ok(Vec::new()),
        },
    }
}

/// A request for a path alone, of something that is in the shop.
fn derived(shop: &Shop, path: &str) -> Option<Ask> {
    let filled = [("/products/{id}", shop.products.first()), ("/orders/{id}", shop.orders.first())];
    let found = filled.into_iter().find(|(part, _)| path.contains(part)).and_then(|(_, id)| id);
    let path = found.map_or_else(|| path.to_owned(), |id| path.replace("{id}", id));
    (!path.contains('{')).then(|| Ask::get(&path))
}

/// Queries of the product list that read different indexes.
fn queries(words: &str) -> impl Iterator<Item = String> {
    [String::new(), "?category=Lighting".to_owned(), "?minPrice=10&maxPrice=20".to_owned(), format!("?search={words}")]
        .into_iter()
}

/// The ids of the customer's notifications.
async fn notifications(stack: &Stack, shop: &Shop, many: usize) -> Result<Vec<String>, Error> {
    let mut connection = stack.connect().await?;
    let mut ids = Vec::new();
    let mut path = "/api/notifications?limit=100".to_owned();
    while ids.len() < many {
        let page = connection.json(&Ask::get(&path).token(&shop.customer.token)).await?;
        ids.extend(page["data"].as_array().into_iter().flatten().map(|one| text(&one["id"])));
        match page["meta"]["pagination"]["nextCursor"].as_str() {
            Some(cursor) => path = format!("/api/notifications?limit=100&cursor={cursor}"),
            None => break,
        }
    }
    ids.truncate(many);
    Ok(ids)
}
