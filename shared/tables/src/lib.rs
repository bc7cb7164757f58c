#![doc = include_str!("../README.md")]

mod batch;
mod cursor;
mod error;
mod health;
mod item;
mod kept_count;
mod transaction;

pub use batch::{BATCH_KEYS, batch_get};
pub use cursor::Cursor;
pub use error::StoreError;
pub use health::health;
pub use item::{Item, key, number, string};
pub use kept_count::{Change, KeptCount};
pub use transaction::{Cancellation, FailedCondition, conflict_retries};

use aws_sdk_dynamodb::Client;

/// A DynamoDB client made from the function's environment.
///
/// # Errors
/// [`aws::ConfigError`] if the environment lacks something.
pub fn client() -> Result<Client, aws::ConfigError> {
    Ok(Client::new(&aws::config("dynamodb")?))
}
