//! Why a transaction was cancelled, and how to retry one that conflicted with another.

use std::time::Duration;

use aws::retry::{Exhausted, RetryBudget};
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;

use crate::{Item, StoreError};

/// Why a transaction wrote nothing.
#[derive(Debug)]
pub enum Cancellation {
    /// Conditions of these actions did not hold.
    Conditions(Vec<FailedCondition>),
    /// Another transaction held one of the items, or the table was throttled: a retry may succeed.
    Conflict,
}

/// An action whose condition did not hold.
#[derive(Debug)]
pub struct FailedCondition {
    /// The action's position in the transaction.
    pub action: usize,
    /// The item as it is, if the action asked for it (`ReturnValuesOnConditionCheckFailure`) and there is one.
    pub item: Option<Item>,
}

impl Cancellation {
    /// Reads the cancellation reasons of a failed transaction ("TransactWriteItems").
    ///
    /// # Errors
    /// [`StoreError`] if it failed in another way, or was cancelled for a reason that a retry does not change.
    pub fn from_error(error: SdkError<TransactWriteItemsError>) -> Result<Self, StoreError> {
        let Some(TransactWriteItemsError::TransactionCanceledException(exception)) = error.as_service_error() else {
            return Err(error.into());
        };
        let reasons = exception.cancellation_reasons();
        let failed: Vec<FailedCondition> = reasons
            .iter()
            .enumerate()
            .filter(|(_, reason)| reason.code() == Some("ConditionalCheckFailed"))
            .map(|(action, reason)| FailedCondition { action, item: reason.item.clone() })
            .collect();
        if !failed.is_empty() {
            Ok(Self::Conditions(failed))
        } else if !reasons.is_empty() && reasons.iter().all(|reason| reason.code().is_none_or(is_transient)) {
            Ok(Self::Conflict)
        } else {
            Err(error.into())
        }
    }
}

fn is_transient(code: &str) -> bool {
    matches!(code, "None" | "TransactionConflict" | "ProvisionedThroughputExceeded" | "ThrottlingError")
}

/// The budget for retrying conflicts within the `time_left` of an invocation: two thirds of it, so that the last try
/// can finish, and at most 5 seconds. Pauses start at up to 10 ms: conflicts between transactions are short.
pub fn conflict_retries(time_left: Duration) -> RetryBudget {
    let time = (time_left * 2 / 3).min(Duration::from_secs(5));
    RetryBudget::time(time).pauses(Duration::from_millis(10), Duration::from_millis(320))
}

impl From<Exhausted> for StoreError {
    fn from(_: Exhausted) -> Self {
        Self::busy("contended")
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::config::http::HttpResponse;
    use aws_sdk_dynamodb::types::CancellationReason;
    use aws_sdk_dynamodb::types::error::TransactionCanceledException;

    use super::*;

    fn cancelled(codes: &[&str]) -> Result<Cancellation, StoreError> {
        let reasons = codes.iter().map(|code| CancellationReason::builder().code(*code).build()).collect();
        let exception = TransactionCanceledException::builder().set_cancellation_reasons(Some(reasons)).build();
        let error = TransactWriteItemsError::TransactionCanceledException(exception);
        Cancellation::from_error(SdkError::service_error(error, HttpResponse::new(400.try_into().unwrap(), "".into())))
    }

    fn failed_actions(codes: &[&str]) -> Vec<usize> {
        match cancelled(codes).unwrap() {
            Cancellation::Conditions(failed) => failed.into_iter().map(|failed| failed.action).collect(),
            Cancellation::Conflict => panic!("a conflict"),
        }
    }

    #[test]
    fn failed_conditions_are_named_by_their_action_also_beside_a_conflict() {
        assert_eq!(failed_actions(&["None", "ConditionalCheckFailed", "None", "ConditionalCheckFailed"]), [1, 3]);
        assert_eq!(failed_actions(&["None", "TransactionConflict", "ConditionalCheckFailed"]), [2]);
    }

    #[test]
    fn conflicts_and_throttling_are_worth_a_retry() {
        for codes in [["TransactionConflict", "None"], ["ThrottlingError", "None"], ["None", "None"]] {
            assert!(matches!(cancelled(&codes), Ok(Cancellation::Conflict)), "{codes:?}");
        }
    }

    #[test]
    fn what_a_retry_does_not_change_is_an_error() {
        for codes in [&["None", "ValidationError"][..], &["ItemCollectionSizeLimitExceeded"], &[]] {
            assert!(matches!(cancelled(codes), Err(StoreError::Failed(_))), "{codes:?}");
        }
    }
}
