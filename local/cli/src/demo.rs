//! What a new data folder gets: an admin to start with, and a few products to look at.

use std::time::Duration;

use bytes::Bytes;
use local_event_sources::Failed;
use local_template::System;
use rand::Rng;
use rand::distr::Alphanumeric;
use reqwest::{Client, Response};
use serde_json::{Value, json};

use crate::client;
use crate::console;
use crate::error::Error;
use crate::stack::Stack;

const GRANT_ROLE: &str = "GrantRoleFunction";

/// The admin's address. `example.com` is nobody's (RFC 2606).
const EMAIL: &str = "admin@example.com";

/// Bodies of `POST /api/products`.
const CATALOGUE: &str = include_str!("catalogue.json");

/// How long the streams of the demo's tables may take to be read.
const CAUGHT_UP_WITHIN: Duration = Duration::from_secs(10);

/// Credentials to log in with.
pub struct Admin {
    pub email: &'static str,
    pub password: String,
}

/// Makes the demo data the way anyone would: through the API, and by an operator's command. A template without the
/// functions for it gets none.
pub async fn make(system: &System, stack: &Stack, url: &str) -> Result<Option<Admin>, Error> {
    let has = |path: &str| {
        let routes = system.api.iter().flat_map(|api| &api.routes);
        routes.into_iter().any(|route| route.path == path && route.method == "POST")
    };
    if !has("/api/users/register") || !system.functions.contains_key(GRANT_ROLE) {
        return Ok(None);
    }
    let shop = Shop { client: client::http(), url };
    let admin = shop.make_admin(stack).await?;
    if has("/api/products") {
        shop.make_catalogue(&admin).await?;
        // Whoever looks now finds everything: what is kept from the tables' streams has caught up. A function that
        // fails there must not keep the stack from being looked at.
        if tokio::time::timeout(CAUGHT_UP_WITHIN, stack.event_sources.drained(Failed::Wait)).await.is_err() {
            console::say("the event sources have not caught up: see the functions' logs");
        }
    }
    Ok(Some(admin))
}

struct Shop<'a> {
    client: Client,
    url: &'a str,
}

impl Shop<'_> {
    async fn make_admin(&self, stack: &Stack) -> Result<Admin, Error> {
        let password: String = rand::rng().sample_iter(Alphanumeric).take(16).map(char::from).collect();
        let user = json!({"email": EMAIL, "password": password, "name": "Admin"});
        succeeded(self.send("/api/users/register", None, &user).await?).await?;
        let grant = Bytes::from(json!({"email": EMAIL, "role": "admin"}).to_string());
        let invocation = stack.lambda.invoke(GRANT_ROLE, grant).await.map_err(|error| refused(&error))?;
        match invocation.function_error {
            None => Ok(Admin { email: EMAIL, password }),
            Some(_) => Err(refused(&String::from_utf8_lossy(&invocation.payload))),
        }
    }

    async fn make_catalogue(&self, admin: &Admin) -> Result<(), Error> {
        let credentials = json!({"email": admin.email, "password": admin.password});
        let login = succeeded(self.send("/api/users/login", None, &credentials).await?).await?;
        let login: Value = login.json().await.map_err(|error| refused(&error))?;
        let token = login["data"]["token"].as_str();
        let products: Vec<Value> = serde_json::from_str(CATALOGUE).map_err(|error| refused(&error))?;
        for product in &products {
            succeeded(self.send("/api/products", token, product).await?).await?;
        }
        Ok(())
    }

    async fn send(&self, path: &str, token: Option<&str>, body: &Value) -> Result<Response, Error> {
        let mut request = self.client.post(format!("{}{path}", self.url)).json(body);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        request.send().await.map_err(|error| refused(&error))
    }
}

async fn succeeded(response: Response) -> Result<Response, Error> {
    if response.status().is_success() {
        return Ok(response);
    }
    Err(refused(&response.text().await.unwrap_or_default()))
}

fn refused(error: &dyn std::fmt::Display) -> Error {
    Error::Refused(format!("the demo data was not made: {error}"))
}
