//! A DynamoDB call that failed.

use std::error::Error;

use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata, SdkError};
use envelope::Unavailable;

/// Why a store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Throttled, out of time or out of reach, after every retry: later it may work.
    #[error("DynamoDB is busy ({reason})")]
    Busy {
        /// The error code, for the log.
        reason: String,
        #[source]
        /// Makes the answer a 503.
        unavailable: Unavailable,
    },
    /// A call that will fail again: refused, malformed, or of a table that is not there.
    #[error("DynamoDB call failed")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
    /// An item that is not as this service writes them.
    #[error("an item could not be read")]
    Item(#[source] Box<dyn Error + Send + Sync>),
}

impl StoreError {
    /// Throttled or contended for `reason`.
    pub fn busy(reason: impl Into<String>) -> Self {
        Self::Busy { reason: reason.into(), unavailable: Unavailable { service: "database" } }
    }

    /// An item that is not as this service writes them.
    pub fn item(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Item(error.into())
    }
}

/// "Error handling with DynamoDB": the codes that say "try again".
const BUSY: &[&str] = &[
    "InternalServerError",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "ThrottlingException",
    "TransactionConflictException",
    "TransactionInProgressException",
];

impl<E> From<SdkError<E>> for StoreError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    fn from(error: SdkError<E>) -> Self {
        match &error {
            SdkError::TimeoutError(_) => Self::busy("timeout"),
            SdkError::DispatchFailure(_) => Self::busy("unreachable"),
            SdkError::ServiceError(service) => match service.err().code() {
                Some(code) if BUSY.contains(&code) => Self::busy(code),
                _ => Self::Failed(error.into()),
            },
            _ => Self::Failed(error.into()),
        }
    }
}

impl From<serde_dynamo::Error> for StoreError {
    fn from(error: serde_dynamo::Error) -> Self {
        Self::item(error)
    }
}

impl From<BuildError> for StoreError {
    fn from(error: BuildError) -> Self {
        Self::Failed(error.into())
    }
}

#[cfg(test)]
mod tests {
    use envelope::{Code, Failure};
    use local_testing::{Fault, FaultKind, Tables};

    use super::StoreError;

    async fn get(tables: &Tables, table: &str) -> StoreError {
        let name = aws_sdk_dynamodb::types::AttributeValue::S("x".to_owned());
        tables.client().get_item().table_name(table).key("name", name).send().await.unwrap_err().into()
    }

    #[tokio::test]
    async fn what_may_work_later_is_told_from_what_will_not() {
        let tables = Tables::of_template().await;
        for kind in [
            FaultKind::ThrottlingException,
            FaultKind::ProvisionedThroughputExceededException,
            FaultKind::InternalServerError,
            FaultKind::TransactionConflict,
        ] {
            tables.dynamodb().faults().inject(Fault { times: 3, ..Fault::next(kind) });
            let error = get(&tables, "UserCountsTable").await;
            assert!(matches!(error, StoreError::Busy { .. }), "{error:?}");
            assert_eq!(Failure::from(error).code(), Code::SERVICE_UNAVAILABLE);
            tables.dynamodb().faults().clear();
        }
        let error = get(&tables, "NoSuchTable").await;
        assert!(matches!(error, StoreError::Failed(_)), "{error:?}");
        assert_eq!(Failure::from(error).code(), Code::INTERNAL_ERROR);
        assert_eq!(Failure::from(StoreError::item("no total")).code(), Code::INTERNAL_ERROR);
    }
}
