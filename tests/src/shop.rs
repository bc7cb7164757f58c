//! What people do in the shop: offer, buy, cancel.

use std::time::UNIX_EPOCH;

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::place::{Ability, place};
use crate::request::Request;
use crate::stack::Stack;
use crate::token::Token;
use crate::unique;
use crate::users::Person;

/// Tries of a client before it gives up.
const TRIES: usize = 100;

impl Stack {
    /// A customer with a token such as the user service signs, and without an account: no password is hashed for it.
    /// Where the key can't be read, a customer like any other, who has been welcomed.
    pub async fn visitor(&self, name: &str) -> Person {
        if place().has(Ability::AwsApi) { self.bearer(name, "customer").await } else { self.customer(name).await }
    }

    /// The same for an admin.
    pub async fn clerk(&self) -> Person {
        if place().has(Ability::AwsApi) { self.bearer("Clerk", "admin").await } else { self.admin().await }
    }

    async fn bearer(&self, name: &str, role: &str) -> Person {
        let mut person = Person::new(name);
        person.id = format!("01980000-0000-7000-8000-{:012x}", unique::number());
        let now = UNIX_EPOCH.elapsed().unwrap().as_secs();
        let token = Token {
            header: json!({"typ": "JWT", "alg": "HS256"}),
            claims: json!({
                "sub": person.id, "email": person.email, "name": person.name, "role": role,
                "iss": "storefront/users", "aud": "storefront/api", "iat": now, "exp": now + 3600, "jti": person.id,
            }),
        };
        person.token = token.signed(&self.signing_key().await);
        person
    }

    /// Creates a product, and gives the response's `data`.
    pub async fn offer(&self, clerk: &Person, body: Value) -> Value {
        let answer = self.post("/api/products").token(&clerk.token).json(body).send().await;
        assert_eq!(answer.status, 201, "{answer}");
        answer.data().clone()
    }

    /// Creates a product with so many units, and gives its id.
    pub async fn stocked(&self, clerk: &Person, units: u64) -> String {
        let body = json!({"name": "Lamp", "price": 19.99, "category": "Light", "stock": units});
        self.offer(clerk, body).await["id"].as_str().unwrap().to_owned()
    }

    /// Changes a product.
    pub async fn edit(&self, clerk: &Person, id: &str, body: Value) -> Answer {
        let request = self.request(http::Method::PATCH, &format!("/api/products/{id}"));
        request.token(&clerk.token).json(body).send().await
    }

    /// Units of a product that can be ordered.
    pub async fn stock_of(&self, id: &str) -> u64 {
        let answer = self.get(&format!("/api/products/{id}")).send().await;
        answer.data()["stock"].as_u64().unwrap_or_else(|| panic!("{answer}"))
    }

    /// An order of so many units of each product, not sent yet.
    pub fn order(&self, person: &Person, lines: &[(&str, u32)]) -> Request<'_> {
        self.post("/api/orders").token(&person.token).json(order(lines))
    }

    /// Places an order, and gives its id.
    pub async fn placed(&self, person: &Person, lines: &[(&str, u32)]) -> String {
        let answer = self.order(person, lines).send().await;
        assert_eq!(answer.status, 201, "{answer}");
        answer.data()["orderId"].as_str().unwrap().to_owned()
    }

    /// Places an order as a client should: under a key, and again for as long as it is told that something is out of
    /// order.
    pub async fn placed_under(&self, person: &Person, key: &str, lines: &[(&str, u32)]) -> Answer {
        for _ in 0..TRIES {
            let answer = self.order(person, lines).header("idempotency-key", key).send().await;
            match answer.status.as_u16() {
                502..=504 => {}
                _ => return answer,
            }
        }
        panic!("{TRIES} times no answer to the order {key}");
    }

    /// A customer's order as it is now.
    pub async fn find_order(&self, person: &Person, id: &str) -> Value {
        let answer = self.get(&format!("/api/orders/{id}")).token(&person.token).send().await;
        assert_eq!(answer.status, 200, "{answer}");
        answer.data().clone()
    }

    /// Cancels an order.
    pub async fn cancel(&self, person: &Person, id: &str) -> Answer {
        self.post(&format!("/api/orders/{id}/cancel")).token(&person.token).json(json!({})).send().await
    }

    /// Someone's notifications, newest first.
    pub async fn notifications(&self, person: &Person) -> Vec<Value> {
        let answer = self.get("/api/notifications?limit=100").token(&person.token).send().await;
        answer.data().as_array().unwrap_or_else(|| panic!("{answer}")).clone()
    }
}

/// The body of an order.
pub fn order(lines: &[(&str, u32)]) -> Value {
    let items = lines.iter().map(|(id, quantity)| json!({"productId": id, "quantity": quantity}));
    json!({"items": items.collect::<Value>()})
}
