//! One typical request of every route.

use http::{Method, StatusCode};
use local_template::Route;
use serde_json::{Value, json};

use super::shop::Shop;
use crate::ask::Ask;
use crate::error::Error;
use crate::people::{self, Person, text};
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
        "PATCH /api/users/me" => same(customer(Ask::patch(path, &json!({"name": "Grace Brewster Hopper"})))),
        "PUT /api/users/me/password" => one(vec![customer(people::password_change()); HASHED]),
        "POST /api/users/auth/refresh" => {
            let mut asks = Vec::new();
            for person in visitors(stack, "refresher").await? {
                asks.push(Ask::post(path, &json!({"refreshToken": person.refresh_token})));
            }
            one(asks)
        }
        "POST /api/users/auth/logout" | "POST /api/users/auth/logout-all" => {
            let leave =
                |person: &Person| Ask::new(Method::POST, path).token(&person.token).expecting(StatusCode::NO_CONTENT);
            one(visitors(stack, path).await?.iter().map(leave).collect())
        }
        "DELETE /api/users/me/sessions/{id}" => {
            let mut asks = Vec::new();
            for person in visitors(stack, "elsewhere").await? {
                let sessions =
                    stack.connect().await?.json(&Ask::get("/api/users/me/sessions").token(&person.token)).await?;
                let path = path.replace("{id}", &text(&sessions["data"][0]["id"]));
                asks.push(Ask::new(Method::DELETE, &path).token(&person.token).expecting(StatusCode::NO_CONTENT));
            }
            one(asks)
        }
        "POST /api/users/me/verify-email" => {
            same(customer(Ask::new(Method::POST, path)).expecting(StatusCode::ACCEPTED))
        }
        "POST /api/users/password-reset" => same(people::password_reset(&shop.customer.email)),
        "POST /api/users/verify-email" => {
            let mut asks = Vec::new();
            for (person, token) in mailed(stack, visitors(stack, "verifier").await?).await? {
                asks.push(Ask::post(path, &json!({"token": token})).token(&person.token));
            }
            one(asks)
        }
        "POST /api/users/password-reset/confirm" => {
            let people = visitors(stack, "forgetful").await?;
            let mut connection = stack.connect().await?;
            for person in &people {
                connection.send(&people::password_reset(&person.email)).await?;
            }
            let tokens = mailed(stack, people).await?;
            one(tokens.iter().map(|(_, token)| people::new_password(token)).collect())
        }
        "POST /api/users/me/erase" => {
            let erase = |person: &Person| people::erasure().token(&person.token);
            one(visitors(stack, "goer").await?.iter().map(erase).collect())
        }
        "GET /api/users" => same(admin(Ask::get(path))),
        "GET /api/products" => Ok(queries(&shop.words)
            .map(|query| Case {
                name: format!("{route}{query}"),
                asks: vec![Ask::get(&format!("{path}{query}")); many],
            })
            .collect()),
        "GET /api/admin/products" | "GET /api/admin/products/{id}" => same(admin(Ask::get(&of_product))),
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

/// People who have just come: the gateway has what the authorizer said of each.
async fn visitors(stack: &Stack, name: &str) -> Result<Vec<Person>, Error> {
    let mut connection = stack.connect().await?;
    let name = name.rsplit('/').next().unwrap_or_default();
    let mut people = Vec::new();
    for n in 0..HASHED {
        let person = Person::register(stack, &format!("{name}-{n}")).await?;
        connection.json(&Ask::get("/api/users/me").token(&person.token)).await?;
        people.push(person);
    }
    Ok(people)
}

/// The token in the newest mail to each.
async fn mailed(stack: &Stack, people: Vec<Person>) -> Result<Vec<(Person, String)>, Error> {
    stack.drained().await?;
    let mails = stack.control(Method::GET, "mails").await?;
    let with_token = |person: Person| Ok((person.clone(), people::mailed_token(&mails, &person.email)?));
    people.into_iter().map(with_token).collect()
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
