//! Time to live: expired items go, and their stream record says that DynamoDB removed them.

use std::time::Duration;

use tokio::task::{JoinHandle, spawn_blocking};

use crate::store::Store;
use crate::{DynamoDb, Error};

/// Sweeps on a timer until dropped.
#[derive(Debug)]
pub struct TtlSweeper(JoinHandle<()>);

impl Drop for TtlSweeper {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl DynamoDb {
    /// Removes what has expired, and says how many items that was.
    ///
    /// It reads every table that has a TTL, so it runs beside the engine's thread: dynoxide lets waiting calls in
    /// after each few rows.
    pub async fn sweep_ttl(&self) -> Result<usize, Error> {
        let database = self.inner.engine.run(|store| store.database.clone()).await?;
        let swept = spawn_blocking(move || database.sweep_ttl()).await;
        let Ok(swept) = swept else {
            self.inner.engine.run(Store::reopen).await??;
            return Err(Error::Internal("the TTL sweep panicked".to_owned()));
        };
        let removed = swept?;
        if removed > 0 {
            self.inner.writes.announce(&[]);
        }
        Ok(removed)
    }

    /// Sweeps once each `period`, the first time after one has passed. To be called inside a tokio runtime.
    pub fn sweep_ttl_every(&self, period: Duration) -> TtlSweeper {
        let dynamodb = self.clone();
        TtlSweeper(tokio::spawn(async move {
            loop {
                tokio::time::sleep(period).await;
                if let Err(cause) = dynamodb.sweep_ttl().await {
                    tracing::error!(%cause, "the TTL sweep failed");
                }
            }
        }))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::Sequence;
    use crate::testing::{call, database, put, things};

    #[tokio::test]
    async fn what_has_expired_goes_and_its_record_names_the_service() {
        let (_folder, db) = database().await;
        let expired = json!({ "id": { "S": "old" }, "expires": { "N": "1000" } });
        call(&db, "PutItem", json!({ "TableName": "Things", "Item": expired })).await;
        put(&db, "new").await;
        let reader = db.stream(&things()).unwrap();
        let mut news = reader.writes();
        assert_eq!(db.sweep_ttl().await.unwrap(), 1);
        news.changed().await.unwrap();
        let removal = reader.read_after(Sequence::START, 10).await.unwrap().pop().unwrap().event;
        assert_eq!(removal["eventName"], "REMOVE");
        assert_eq!(removal["userIdentity"], json!({ "type": "Service", "principalId": "dynamodb.amazonaws.com" }));
        assert_eq!(removal["dynamodb"]["OldImage"], expired);
        assert_eq!(db.sweep_ttl().await.unwrap(), 0);
        assert!(!news.has_changed().unwrap());
    }

    #[tokio::test]
    async fn the_timer_sweeps_until_dropped() {
        let (_folder, db) = database().await;
        let mut news = db.writes("Things");
        let sweeper = db.sweep_ttl_every(std::time::Duration::from_millis(1));
        let expired = json!({ "TableName": "Things", "Item": { "id": { "S": "old" }, "expires": { "N": "1" } } });
        call(&db, "PutItem", expired).await;
        news.wait_for(|writes| *writes == 2).await.unwrap();
        drop(sweeper);
        let key = json!({ "TableName": "Things", "Key": { "id": { "S": "old" } } });
        assert_eq!(call(&db, "GetItem", key).await, (200, json!({})));
    }
}
