//! How the errors of DynamoDB become responses.

use envelope::{Code, Failure};
use local_testing::{Fault, FaultKind, Tables};
use tables::{StoreError, string};

async fn get(tables: &Tables, table: &str) -> Result<(), StoreError> {
    tables.client().get_item().table_name(table).key("name", string("x")).send().await?;
    Ok(())
}

#[tokio::test]
async fn an_error_that_may_pass_is_a_503_and_any_other_a_500() {
    let tables = Tables::of_template().await;
    for kind in [
        FaultKind::ThrottlingException,
        FaultKind::ProvisionedThroughputExceededException,
        FaultKind::InternalServerError,
        FaultKind::TransactionConflict,
    ] {
        tables.dynamodb().faults().inject(Fault { times: 3, ..Fault::next(kind) });
        let error = get(&tables, "UserCountsTable").await.unwrap_err();
        assert!(matches!(error, StoreError::Busy { .. }), "{error:?}");
        assert_eq!(Failure::from(error).code(), Code::SERVICE_UNAVAILABLE);
        tables.dynamodb().faults().clear();
    }
    let error = get(&tables, "NoSuchTable").await.unwrap_err();
    assert!(matches!(error, StoreError::Failed(_)), "{error:?}");
    assert_eq!(Failure::from(error).code(), Code::INTERNAL_ERROR);
    assert_eq!(Failure::from(StoreError::item("no total")).code(), Code::INTERNAL_ERROR);
}
