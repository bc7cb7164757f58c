//! The stack that a command talks to, and how it answers.

use clap::Args;
use reqwest::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::client;
use crate::console;
use crate::error::Error;

/// Options of every command for a stack that runs.
#[derive(Debug, Clone, Copy, Args)]
pub struct RunningStack {
    /// The port of the stack
    #[arg(long, default_value_t = 3000, global = true)]
    pub port: u16,
    /// Print JSON
    #[arg(long, global = true)]
    pub json: bool,
}

impl RunningStack {
    /// What a control has to show.
    ///
    /// # Errors
    /// See [`client::control`].
    pub async fn get<T: DeserializeOwned>(self, path: &str) -> Result<T, Error> {
        client::control(self.port, Method::GET, path, None).await
    }

    /// What a control answers that does something.
    ///
    /// # Errors
    /// See [`client::control`].
    pub async fn post<T: DeserializeOwned>(self, path: &str, body: Option<&Value>) -> Result<T, Error> {
        client::control(self.port, Method::POST, path, body).await
    }

    /// What a control answers that removes something.
    ///
    /// # Errors
    /// See [`client::control`].
    pub async fn delete<T: DeserializeOwned>(self, path: &str) -> Result<T, Error> {
        client::control(self.port, Method::DELETE, path, None).await
    }

    /// Where it serves.
    pub fn url(self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Prints an answer: as JSON if that is asked for, else as text.
    pub fn print(self, answer: &impl Serialize, text: impl FnOnce() -> String) {
        if self.json {
            console::say(&format!("{:#}", json!(answer)));
        } else {
            console::say(&text());
        }
    }
}
