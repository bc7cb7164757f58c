//! Users of the shop that is measured.

use http::StatusCode;
use serde_json::{Value, json};

use crate::ask::Ask;
use crate::connection::Connection;
use crate::error::Error;
use crate::place::Place;

/// Everyone's password.
const PASSWORD: &str = "correct horse battery";

/// Someone with an account.
#[derive(Debug, Clone)]
pub struct Person {
    pub id: String,
    pub email: String,
    pub token: String,
    pub refresh_token: String,
}

impl Person {
    /// Registers someone of this name, which nobody else may have.
    pub async fn register(place: &impl Place, name: &str) -> Result<Self, Error> {
        let answer = place.connect().await?.json(&registration(name)).await?;
        let data = &answer["data"];
        Ok(Self {
            id: text(&data["user"]["id"]),
            email: email(name),
            token: text(&data["token"]),
            refresh_token: text(&data["refreshToken"]),
        })
    }

    /// Registers an admin.
    pub async fn admin(place: &impl Place) -> Result<Self, Error> {
        let Self { id, email, .. } = Self::register(place, "admin").await?;
        place.grant_admin(&id).await?;
        let answer = place.connect().await?.json(&login(&email)).await?;
        let data = &answer["data"];
        Ok(Self { id, email, token: text(&data["token"]), refresh_token: text(&data["refreshToken"]) })
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

/// The request that gives someone a new password: the same again.
pub fn password_change() -> Ask {
    let body = json!({"currentPassword": PASSWORD, "newPassword": PASSWORD});
    Ask::put("/api/users/me/password", &body).expecting(StatusCode::NO_CONTENT)
}

/// The request for a mail to someone who forgot their password.
pub fn password_reset(email: &str) -> Ask {
    Ask::post("/api/users/password-reset", &json!({"email": email})).expecting(StatusCode::ACCEPTED)
}

/// The request that gives whoever was mailed this token a new password.
pub fn new_password(token: &str) -> Ask {
    let body = json!({"token": token, "newPassword": PASSWORD});
    Ask::post("/api/users/password-reset/confirm", &body).expecting(StatusCode::NO_CONTENT)
}

/// The request that erases whoever sends it.
pub fn erasure() -> Ask {
    Ask::post("/api/users/me/erase", &json!({"password": PASSWORD})).expecting(StatusCode::ACCEPTED)
}

/// The token in the newest mail to this address, of the mails that a stack lists: a line of its own.
pub fn mailed_token(mails: &Value, email: &str) -> Result<String, Error> {
    let newest = mails.as_array().into_iter().flatten().find(|mail| mail["to"] == json!([email]));
    let text = newest.and_then(|mail| mail["text"].as_str()).unwrap_or_default();
    let token = text.lines().find(|line| line.len() == 86 && !line.contains(' '));
    token.map(str::to_owned).ok_or_else(|| Error::Answer { who: "send-mail".to_owned(), answer: mails.to_string() })
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
