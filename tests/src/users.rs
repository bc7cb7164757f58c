//! People who use the shop.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::program::local;
use crate::stack::Stack;

/// Everyone's password.
const PASSWORD: &str = "correct horse battery";

/// Someone with an account, or about to have one.
#[derive(Debug, Clone)]
pub struct Person {
    /// Nobody else's in this test process.
    pub email: String,
    /// What they chose.
    pub password: String,
    /// What they are called.
    pub name: String,
    /// Their id, once they have registered.
    pub id: String,
    /// Their latest token.
    pub token: String,
}

impl Person {
    /// Someone who has not registered.
    pub fn new(name: &str) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(1);
        let email = format!("{}-{}@example.com", name.to_lowercase(), NEXT.fetch_add(1, Ordering::Relaxed));
        let (id, token) = (String::new(), String::new());
        Self { email, password: PASSWORD.to_owned(), name: name.to_owned(), id, token }
    }

    /// The body of their registration.
    pub fn registration(&self) -> Value {
        json!({"email": self.email, "password": self.password, "name": self.name})
    }

    /// The body of their login.
    pub fn credentials(&self) -> Value {
        json!({"email": self.email, "password": self.password})
    }

    /// The body of a login with a wrong password.
    pub fn wrong_guess(&self) -> Value {
        json!({"email": self.email, "password": "incorrect horse"})
    }
}

impl Stack {
    /// Registers someone.
    pub async fn customer(&self, name: &str) -> Person {
        let mut person = Person::new(name);
        let answer = self.post("/api/users/register").json(person.registration()).send().await;
        assert_eq!(answer.status, 201, "{answer}");
        person.id = answer.data()["user"]["id"].as_str().unwrap().to_owned();
        person.token = answer.data()["token"].as_str().unwrap().to_owned();
        person
    }

    /// Registers someone, makes them an admin and logs them in as such.
    pub async fn admin(&self) -> Person {
        let mut person = self.customer("Admin").await;
        self.grant_admin(&person).await;
        self.log_in(&mut person).await;
        person
    }

    /// Logs someone in.
    pub async fn log_in(&self, person: &mut Person) {
        let answer = self.post("/api/users/login").json(person.credentials()).send().await;
        assert_eq!(answer.status, 200, "{answer}");
        person.token = answer.data()["token"].as_str().unwrap().to_owned();
    }

    /// Makes someone an admin from their next login on, as an operator does.
    pub async fn grant_admin(&self, person: &Person) {
        let exit = local(&["grant-role", &person.email, "admin", "--port", &self.port().to_string()]).await;
        assert_eq!(exit.code, Some(0), "{}", exit.output);
    }
}
