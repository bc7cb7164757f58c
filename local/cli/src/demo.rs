//! What a new data folder gets: an admin to start with.

use bytes::Bytes;
use local_lambda::Invoke;
use rand::Rng;
use rand::distr::Alphanumeric;
use serde_json::json;

use crate::error::Error;
use crate::stack::Stack;

/// The admin's address. `example.com` is nobody's (RFC 2606).
const EMAIL: &str = "admin@example.com";

/// Credentials to log in with.
pub struct Admin {
    pub email: &'static str,
    pub password: String,
}

/// Registers an admin as any user would register, through the API, and grants the role as an operator would.
pub async fn make_admin(stack: &Stack, url: &str, grant_role: &str) -> Result<Admin, Error> {
    let password: String = rand::rng().sample_iter(Alphanumeric).take(16).map(char::from).collect();
    let refused = |error: &dyn std::fmt::Display| Error::Refused(format!("the demo admin was not made: {error}"));
    let response = reqwest::Client::new()
        .post(format!("{url}/api/users/register"))
        .json(&json!({"email": EMAIL, "password": password, "name": "Admin"}))
        .send()
        .await
        .map_err(|error| refused(&error))?;
    if response.status() != http::StatusCode::CREATED {
        return Err(refused(&response.text().await.unwrap_or_default()));
    }
    let grant = Bytes::from(json!({"email": EMAIL, "role": "admin"}).to_string());
    let invocation = stack.lambda.invoke(grant_role, grant).await.map_err(|error| refused(&error))?;
    match invocation.function_error {
        None => Ok(Admin { email: EMAIL, password }),
        Some(_) => Err(refused(&String::from_utf8_lossy(&invocation.payload))),
    }
}
