//! Looking into a table from outside the system that uses it.

use serde_json::Value;

use crate::dispatch::{dispatch, writes};
use crate::refusal::Refusal;
use crate::{DynamoDb, Error};

impl DynamoDb {
    /// Makes a call that reads. It is not counted, and no injected failure is spent on it.
    ///
    /// # Errors
    /// [`Error::Refused`] by DynamoDB, or [`Error::Internal`] for a call that may write.
    pub async fn look(&self, operation: &'static str, request: &Value) -> Result<Value, Error> {
        if writes(operation) {
            return Err(Error::Internal(format!("{operation} is more than a look")));
        }
        let body = request.to_string();
        let output = self.inner.engine.run(move |store| dispatch(store, operation, &body)).await?;
        let output = output.ok_or_else(|| Error::Internal(format!("there is no {operation}")))?;
        let output = output.map_err(|refusal| match refusal {
            Refusal::Engine(error) => Error::Refused(error),
            other => Error::Internal(other.to_string()),
        })?;
        serde_json::from_str(&output.body).map_err(|error| Error::Internal(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{database, put};
    use crate::{Error, Fault, FaultKind};

    #[tokio::test]
    async fn a_look_is_not_counted_spends_no_fault_and_writes_nothing() {
        let (_folder, db) = database().await;
        put(&db, "a").await;
        db.calls().reset();
        db.faults().inject(Fault::next(FaultKind::InternalServerError));
        let found = db.look("Scan", &json!({"TableName": "Things"})).await.unwrap();
        assert_eq!(found["Items"], json!([{"id": {"S": "a"}}]));
        assert_eq!(db.faults().pending().len(), 1);
        assert!(db.calls().snapshot().is_empty());
        let put = json!({"TableName": "Things", "Item": {"id": {"S": "b"}}});
        assert!(matches!(db.look("PutItem", &put).await, Err(Error::Internal(_))));
        assert!(matches!(db.look("Scan", &json!({"TableName": "None"})).await, Err(Error::Refused(_))));
    }
}
