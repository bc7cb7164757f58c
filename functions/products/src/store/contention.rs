//! Getting out of each other's way: what a cancelled transaction says, and how long to wait before another.

use std::time::{Duration, Instant};

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::CancellationReason;
use tables::StoreError;

/// How long one call goes on trying where others are in its way.
#[derive(Debug)]
pub struct Patience {
    end: Instant,
    attempt: u32,
}

impl Patience {
    /// Two thirds of the time a function has left, so that the last attempt has its time too; at most 5 s.
    pub fn within(time_left: Duration) -> Self {
        Self { end: Instant::now() + (time_left * 2 / 3).min(Duration::from_secs(5)), attempt: 0 }
    }

    /// Waits at random up to 10 ms at first and twice that each time, up to 320 ms ("Exponential Backoff And
    /// Jitter", AWS Architecture Blog: "full jitter").
    ///
    /// # Errors
    /// [`StoreError::Busy`] once the time is over.
    pub async fn pause(&mut self) -> Result<(), StoreError> {
        let pause = Duration::from_micros(rand::random_range(0..=10_000 << self.attempt.min(5)));
        if Instant::now() + pause >= self.end {
            return Err(StoreError::busy("contended"));
        }
        self.attempt += 1;
        tokio::time::sleep(pause).await;
        Ok(())
    }
}

/// Why a transaction did nothing.
#[derive(Debug)]
pub(super) enum Cancelled {
    /// Conditions that did not hold, each by the place of its action, with the item there was if it was asked for.
    Conditions(Vec<(usize, Option<super::Item>)>),
    /// Another was at the same items, or they were throttled: later it may work.
    Contended,
}

/// Sorts out why a transaction failed.
///
/// # Errors
/// [`StoreError`] if it was not cancelled, or for a reason that will not pass.
pub(super) fn cancelled(error: SdkError<TransactWriteItemsError>) -> Result<Cancelled, StoreError> {
    let Some(TransactWriteItemsError::TransactionCanceledException(exception)) = error.as_service_error() else {
        return Err(error.into());
    };
    let reasons = exception.cancellation_reasons();
    let failed: Vec<_> = reasons
        .iter()
        .enumerate()
        .filter(|(_, reason)| reason.code() == Some("ConditionalCheckFailed"))
        .map(|(place, reason)| (place, reason.item.clone()))
        .collect();
    if !failed.is_empty() {
        return Ok(Cancelled::Conditions(failed));
    }
    if reasons.iter().all(passes) { Ok(Cancelled::Contended) } else { Err(error.into()) }
}

/// "TransactWriteItems", cancellation reasons.
fn passes(reason: &CancellationReason) -> bool {
    const PASSING: &[&str] = &["None", "TransactionConflict", "ProvisionedThroughputExceeded", "ThrottlingError"];
    reason.code().is_none_or(|code| PASSING.contains(&code))
}
