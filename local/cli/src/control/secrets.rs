//! The secrets: which versions there are, never their values; and rotating one.

use http::StatusCode;
use serde_json::{Value, json};

use super::{Failure, bad_request, failed, value};
use crate::stack::Stack;

/// Each secret with its versions, newest first.
pub async fn list(stack: &Stack) -> Result<Value, Failure> {
    value(&stack.secrets.describe().await.map_err(failed)?)
}

/// Gives a secret a new value.
pub async fn rotate(stack: &Stack, secret: &str) -> Result<Value, Failure> {
    let version = stack.secrets.rotate(secret).await.map_err(|error| match error {
        local_secretsmanager::Error::NotFound => {
            let names: Vec<&str> = stack.system.secrets.values().map(|secret| secret.name.as_str()).collect();
            let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            (StatusCode::NOT_FOUND, format!("the stack has no secret {secret}; it has {names}"))
        }
        error => bad_request(error),
    })?;
    Ok(json!({"versionId": version}))
}
