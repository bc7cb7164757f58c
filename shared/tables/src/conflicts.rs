//! Writes of one item that meet a transaction at it.

use std::time::Duration;

use aws::retry::RetryBudget;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

use crate::conflict_retries;

/// Time for a write of one item; conflicts are retried for two thirds of it.
const WITHIN: Duration = Duration::from_secs(2);

/// Sends a write of one item, and again while a transaction holds the item, with pauses that grow at random. DynamoDB then
/// has written nothing, and its SDK does not retry.
///
/// # Errors
/// Those of `send`
pub async fn retry_conflicts<T, E: ProvideErrorMetadata>(
    send: impl AsyncFnMut() -> Result<T, SdkError<E>>,
) -> Result<T, SdkError<E>> {
    retry_conflicts_within(conflict_retries(WITHIN), send).await
}

/// As [`retry_conflicts`], for as long as `retries` last.
///
/// # Errors
/// Those of `send`
pub async fn retry_conflicts_within<T, E: ProvideErrorMetadata>(
    mut retries: RetryBudget,
    mut send: impl AsyncFnMut() -> Result<T, SdkError<E>>,
) -> Result<T, SdkError<E>> {
    loop {
        let outcome = send().await;
        let conflict = outcome
            .as_ref()
            .is_err_and(|error| error.as_service_error().and_then(E::code) == Some("TransactionConflictException"));
        if !conflict || retries.pause().await.is_err() {
            return outcome;
        }
    }
}
