//! Users of the shop that is measured.

use http::StatusCode;
use serde_json::{Value, json};

use crate::ask::Ask;
use crate::connection::Connection;
use crate::error::Error;
use crate::stack::Stack;

/// Everyone's password.
const PASSWORD: &str = "correct horse battery";

/// Someone with an account.
#[derive(Debug, Clone)]
pub struct Person {
    pub email: String,
    pub token: String,
}

impl Person {
    /// Registers someone of this name, which nobody else may have.
    pub async fn register(stack: &Stack, name: &str) -> Result<Self, Error> {
        let answer = stack.connect().await?.json(&registration(name)).await?;
        Ok(Self { email: email(name), token: text(&answer["data"]["token"]) })
    }

    /// Registers an admin.
    pub async fn admin(stack: &Stack) -> Result<Self, Error> {
        let Self { email, .. } = Self::register(stack, "admin").await?;
        stack.grant_admin(&email).await?;
        let answer = stack.connect().await?.json(&login(&email)).await?;
        Ok(Self { email, token: text(&answer["data"]["token"]) })
    }

    /// Offers a product, and gives its id.
    pub async fn offers(&self, connection: &mut Connection, product: &Value) -> Result<String, Error> {
        let answer = connection.json(&Ask::post("/api/products", product).token(&self.token).created()).await?;
        Ok(text(&answer["data"]["id"]))
    }

    /// Places an order of one unit, and gives its id.
    pub async fn orders(&self, connection: &mut Connection, product: &str) -> Result<String, Error> {
        let answer = connection.json(&self.order(product)).await?;
        Ok(text(&answer["data"]["orderId"]))
    }

    /// The request for an order of one unit.
    pub fn order(&self, product: &str) -> Ask {
        let body = json!({"items": [{"productId": product, "quantity": 1}]});
        Ask::post("/api/orders", &body).token(&self.token).created()
    }
}

/// The request that registers someone of this name.
pub fn registration(name: &str) -> Ask {
    let body = json!({"email": email(name), "password": PASSWORD, "name": name});
    Ask::post("/api/users/register", &body).expecting(StatusCode::CREATED)
}

/// The request that logs someone in.
pub fn login(email: &str) -> Ask {
    Ask::post("/api/users/login", &json!({"email": email, "password": PASSWORD}))
}

/// A product with a description of usual length, and more units than are ever ordered.
pub fn product(name: &str) -> Value {
    json!({
        "name": name,
        "description": "A lamp for reading in bed, with an arm of oiled oak, a shade of linen, and a switch that is \
                        found in the dark. It takes any bulb of up to nine watts.",
        "price": 39.9,
        "category": "Lighting",
        "stock": 1_000_000,
    })
}

fn email(name: &str) -> String {
    format!("{name}@example.com")
}

/// A text of an answer; nothing, where it has none.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
