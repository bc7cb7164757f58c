//! The secrets: which versions there are, never their values; and rotating one.

use serde_json::{Value, json};

use super::{Failure, bad_request, failed, value};
use crate::stack::Stack;

/// Each secret with its versions, newest first.
pub async fn list(stack: &Stack) -> Result<Value, Failure> {
    value(&stack.secrets.describe().await.map_err(failed)?)
}

/// Gives a secret a new value.
pub async fn rotate(stack: &Stack, secret: &str) -> Result<Value, Failure> {
    let version = stack.secrets.rotate(secret).await.map_err(bad_request)?;
    Ok(json!({"versionId": version}))
}
