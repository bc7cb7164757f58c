#![doc = include_str!("../README.md")]

mod batch;
mod conflicts;
mod cursor;
mod erasure_marks;
mod error;
mod health;
mod item;
mod kept_count;
mod transaction;
mod update;

pub use batch::{BATCH_KEYS, batch_get};
pub use conflicts::{retry_conflicts, retry_conflicts_within};
pub use cursor::Cursor;
pub use erasure_marks::ErasureMarks;
pub use error::StoreError;
pub use health::health;
pub use item::{Item, key, number, string};
pub use kept_count::{Change, KeptCount};
pub use transaction::{Cancellation, FailedCondition, conflict_retries};
pub use update::{action, update_item};

use aws_sdk_dynamodb::Client;

/// A DynamoDB client made from the function's environment.
///
/// # Errors
/// [`aws::ConfigError`] if the environment lacks something.
pub fn client() -> Result<Client, aws::ConfigError> {
    let config = aws_sdk_dynamodb::config::Builder::from(&aws::config("dynamodb")?);
    Ok(Client::from_conf(config.interceptor(aws::PlainUserAgent).build()))
}
