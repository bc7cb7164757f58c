//! What people do in the shop: offer, buy, cancel.

use std::time::UNIX_EPOCH;

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::aws::SigningKey;
use crate::request::Request;
use crate::stack::Stack;
use crate::token::Token;
use crate::unique;
use crate::users::Person;

/// Tries of a client before it gives up.
const TRIES: usize = 100;

impl Stack {
    /// A customer with a session and a token such as the user service makes, put there without it: no password is hashed for
    /// them, nobody counts or welcomes them. Where that can't be done, a customer like any other.
    pub async fn visitor(&self, name: &str) -> Person {
        if self.has_tables() { self.bearer(name, "customer").await } else { self.customer(name).await }
    }

    /// The same for an admin.
    pub async fn clerk(&self) -> Person {
        if self.has_tables() { self.bearer("Clerk", "admin").await } else { self.admin().await }
    }

    async fn bearer(&self, name: &str, role: &str) -> Person {
        let mut person = Person::new(name);
        let number = unique::number();
        person.id = format!("01980000-0000-7000-8000-{number:012x}");
        let now = UNIX_EPOCH.elapsed().unwrap().as_secs();
        let (session, end, created) = (person.id.as_str(), (now + 3600).to_string(), "2026-01-31T12:00:00.000Z");
        let none = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        let user = json!({
            "email": {"S": person.email}, "id": {"S": person.id}, "name": {"S": name}, "role": {"S": role},
            "createdAt": {"S": created}, "passwordHash": {"S": "none"},
        });
        let session_item = json!({
            "userId": {"S": person.id}, "sessionId": {"S": session}, "generation": {"N": "0"},
            "createdAt": {"S": created}, "lastUsedAt": {"S": created}, "sourceIp": {"S": ""}, "userAgent": {"S": ""},
            "refreshKey": {"S": none}, "refreshHash": {"S": none}, "refreshNumber": {"N": "0"}, "refreshedAt": {"N": "0"},
            "endsAt": {"N": end}, "expiresAt": {"N": end},
        });
        let names = self.names();
        let users = names.and_then(|names| names.users_table.as_deref()).unwrap_or("UsersTable");
        let sessions = names.and_then(|names| names.sessions_table.as_deref()).unwrap_or("SessionsTable");
        for (table, item) in [(users, user), (sessions, session_item)] {
            let put = json!({"TableName": table, "Item": item});
            let answer = self.aws("DynamoDB_20120810.PutItem", put).send().await;
            assert_eq!(answer.status, 200, "{answer}");
        }
        let token = Token {
            header: json!({"typ": "JWT", "alg": "EdDSA"}),
            claims: json!({
                "sub": person.id, "email": person.email, "name": person.name, "role": role, "sid": session,
                "iss": "storefront/users", "aud": "storefront/api", "iat": now, "exp": now + 3600, "jti": person.id,
            }),
        };
        let key = self.signing_key().await;
        self.publish(&key).await;
        person.token = token.signed(&key);
        person
    }

    /// Sees that the public key of a signing key is published, as one that signed before has it.
    async fn publish(&self, key: &SigningKey) {
        let published = self.get("/.well-known/jwks.json").send().await;
        assert_eq!(published.status, 200, "{published}");
        if !published.body["keys"].as_array().unwrap().iter().any(|one| one["kid"] == key.id.as_str()) {
            // Whatever it is sent, a function that signs publishes its key when it starts.
            let refused = self.post("/api/users/login").json(json!({})).send().await;
            assert_eq!(refused.status, 400, "{refused}");
        }
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
