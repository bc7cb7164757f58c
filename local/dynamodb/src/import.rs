//! Loading a data set at once.

use dynoxide::actions::import_items;
use dynoxide::{DynoxideError, ImportOptions};
use serde_json::Value;

use crate::store::made;
use crate::{DynamoDb, Error};

impl DynamoDb {
    /// Writes items (in DynamoDB's JSON) with their index entries, all or none, some fifty times as fast as calls do.
    /// Nothing of it is in the table's stream, so what is kept from the stream has to be imported too.
    ///
    /// # Errors
    /// [`Error::Refused`] if there is no such table, or an item does not fit it.
    pub async fn import(&self, table: &str, items: Vec<Value>) -> Result<(), Error> {
        let table = table.to_owned();
        let imported = self.inner.engine.run(move |store| {
            let items = items.into_iter().map(serde_json::from_value).collect::<Result<_, _>>();
            let items = items.map_err(|error| DynoxideError::ValidationException(error.to_string()))?;
            made(import_items::execute(&store.storage, &table, items, &ImportOptions::default()))
        });
        imported.await??;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{call, database};

    #[tokio::test]
    async fn what_is_imported_is_there_unless_some_of_it_does_not_fit() {
        let (_folder, db) = database().await;
        db.import("Things", vec![json!({"id": {"S": "a"}, "n": {"N": "1"}})]).await.unwrap();
        let misfits = vec![json!({"id": {"S": "b"}}), json!({"n": {"N": "1"}})];
        db.import("Things", misfits).await.unwrap_err();
        let (_, found) = call(&db, "Scan", json!({"TableName": "Things"})).await;
        assert_eq!(found["Items"], json!([{"id": {"S": "a"}, "n": {"N": "1"}}]));
    }
}
