//! A shop with something in it, filled by the functions themselves, and events for each of them that succeed there.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::macros::format_description;
use uuid::Uuid;

use super::backends::Backends;
use super::events::{Caller, Events, filled};
use super::pool::Pool;
use crate::error::Error;
use crate::world::World;

/// More than fits a page of any list.
const ROWS: usize = 25;
/// The same for users, whose pages are of ten: each costs a password's hash.
const USERS: usize = 12;

/// What [`super::programs`] calls `reserve-stock` where it holds stock for no time at all.
pub const RESERVE_FOR_NO_TIME: &str = "reserve-stock-for-no-time";

/// A shop with users, products, orders and notifications.
#[derive(Debug)]
pub struct Shop<'a> {
    world: &'a World,
    backends: &'a Backends,
    events: Events,
    pool: Arc<Pool>,
    /// By name: what stands for `{{places}}`.
    known: Mutex<BTreeMap<String, String>>,
    callers: Mutex<BTreeMap<String, Caller>>,
}

impl<'a> Shop<'a> {
    /// Fills it.
    pub async fn open(world: &'a World, backends: &'a Backends, pool: Arc<Pool>) -> Result<Self, Error> {
        let events = Events::read(&world.root)?;
        let shop = Self { world, backends, events, pool, known: Mutex::default(), callers: Mutex::default() };
        shop.know("password", "correct horse battery staple");
        // One who logs out, and an admin who is the last to log in.
        const PEOPLE: [&str; 3] = ["leaver", "customer", "admin"];
        for name in PEOPLE {
            shop.register(name).await?;
        }
        shop.call("grant-role").await?;
        for name in PEOPLE {
            shop.log_in(name).await?;
        }
        shop.know("verification-token", &shop.verification_token().await?);
        for _ in PEOPLE.len()..USERS {
            shop.call("register").await?;
        }
        for _ in 0..USERS {
            shop.call("count-users").await?;
        }
        for _ in 0..ROWS {
            let product = shop.call("create-product").await?;
            shop.know("product", text(&product, "/data/id")?);
            shop.call("index-products").await?;
        }
        for _ in 0..ROWS {
            let order = shop.new_order().await?;
            shop.know("order", &order);
            shop.call("notify").await?;
        }
        Ok(shop)
    }

    /// An event for a function. What it can be used up on (an order to cancel) is made for it.
    pub async fn event(&self, binary: &str) -> Result<Bytes, Error> {
        if binary == "erase-me" {
            let who_logs_in = self.known("email").unwrap_or_default();
            // Boxed, as it asks for events itself.
            Box::pin(async {
                self.register("goer").await?;
                self.log_in("goer").await
            })
            .await?;
            self.know("email", &who_logs_in);
        }
        let event = self.events.of(&self.world.system, binary, |name| self.caller(name))?;
        let names_a = |place: &str| event.to_string().contains(place);
        if names_a("{{new-order}}") {
            self.know("new-order", &self.new_order().await?);
        }
        if names_a("{{new-notification}}") {
            self.know("new-notification", &self.new_notification().await?);
        }
        if names_a("{{newcomer}}") {
            self.register("newcomer").await?;
        }
        if names_a("{{new-reset-token}}") {
            self.know("new-reset-token", &self.new_reset_token().await?);
        }
        if names_a("{{new-refresh-token}}") {
            let logged_in = self.call("login").await?;
            self.know("new-refresh-token", text(&logged_in, "/data/refreshToken")?);
        }
        if names_a("{{new-session}}") {
            self.call("login").await?;
            let sessions = self.call("list-sessions").await?;
            self.know("new-session", text(&sessions, "/data/0/id")?);
        }
        if binary == "release-expired-reservations" {
            let reserve = self.events.of(&self.world.system, "reserve-stock", |_| None)?;
            self.pool.call(RESERVE_FOR_NO_TIME, self.filled(reserve)).await?;
        }
        Ok(self.filled(event))
    }

    async fn call(&self, binary: &str) -> Result<Value, Error> {
        self.pool.call(binary, Box::pin(self.event(binary)).await?).await
    }

    async fn new_order(&self) -> Result<String, Error> {
        let order = self.call("create-order").await?;
        Ok(text(&order, "/data/orderId")?.to_owned())
    }

    async fn new_notification(&self) -> Result<String, Error> {
        self.call("notify").await?;
        let newest = self.call("list-notifications").await?;
        Ok(text(&newest, "/data/0/id")?.to_owned())
    }

    /// A token that was mailed to the admin, who changes no password. It counts for a day, however often it is used.
    async fn verification_token(&self) -> Result<String, Error> {
        let email = self.known("admin").unwrap_or_default();
        self.know("newcomer", &email);
        self.know("newcomer-id", &self.known("admin-id").unwrap_or_default());
        let registered = self.events.of(&self.world.system, "send-mail", |_| None)?;
        self.pool.call("send-mail", self.filled(registered)).await?;
        self.backends.token_mailed_to(&email).await
    }

    /// A token for somebody who forgot their password.
    async fn new_reset_token(&self) -> Result<String, Error> {
        const REQUEST: &str = "request-password-reset";
        self.register("forgetful").await?;
        let email = self.known("forgetful").unwrap_or_default();
        let mut request = self.events.of(&self.world.system, REQUEST, |_| None)?;
        request["body"] = json!({"email": email});
        self.pool.call(REQUEST, self.filled(request)).await?;
        let environment = &self.pool.program(REQUEST)?.environment;
        let [mails, events] =
            ["MAILS_TABLE", "USER_EVENTS_TABLE"].map(|name| environment.get(name).cloned().unwrap_or_default());
        let mut event = self.events.of(&self.world.system, "send-mail", |_| None)?;
        event["Records"][0]["body"] = self.backends.mail_requested(&mails, &events, &email).await?;
        self.pool.call("send-mail", self.filled(event)).await?;
        self.backends.token_mailed_to(&email).await
    }

    /// Their address is known by their name, the customer's id as `user` and another's as `NAME-id`.
    async fn register(&self, name: &str) -> Result<(), Error> {
        let registered = self.call("register").await?;
        let email = text(&registered, "/data/user/email")?;
        self.know(name, email);
        let id = text(&registered, "/data/user/id")?;
        let place = if name == "customer" { "user".to_owned() } else { format!("{name}-id") };
        self.know(&place, id);
        Ok(())
    }

    /// With what the authorizer says of their token.
    async fn log_in(&self, name: &str) -> Result<(), Error> {
        self.know("email", &self.known(name).unwrap_or_default());
        let logged_in = self.call("login").await?;
        self.know("token", text(&logged_in, "/data/token")?);
        let authorized = self.call("authorize").await?;
        let mut context = authorized["context"].as_object().cloned().unwrap_or_default();
        context.insert("principalId".to_owned(), authorized["principalId"].clone());
        context.insert("integrationLatency".to_owned(), json!(3));
        let token = self.known("token").unwrap_or_default();
        lock(&self.callers).insert(name.to_owned(), Caller { token, context });
        Ok(())
    }

    fn filled(&self, event: Value) -> Bytes {
        let (unique, now) = (Uuid::now_v7().to_string(), now());
        filled(event, &|place| match place {
            "unique" => Some(unique.clone()),
            "now" => Some(now.clone()),
            place => self.known(place),
        })
    }

    fn know(&self, name: &str, value: &str) {
        lock(&self.known).insert(name.to_owned(), value.to_owned());
    }

    fn known(&self, name: &str) -> Option<String> {
        lock(&self.known).get(name).cloned()
    }

    fn caller(&self, name: &str) -> Option<Caller> {
        lock(&self.callers).get(name).cloned()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// RFC 3339, UTC, milliseconds: as the services write times.
fn now() -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    OffsetDateTime::now_utc().format(format).unwrap_or_default()
}

fn text<'v>(answer: &'v Value, at: &str) -> Result<&'v str, Error> {
    let missing = || Error::Answer { who: "a function".to_owned(), answer: format!("{answer}, without {at}") };
    answer.pointer(at).and_then(Value::as_str).ok_or_else(missing)
}
