//! Time to live: expired items go, and their stream record says that DynamoDB removed them.

mod page;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::task::JoinHandle;

pub(crate) use self::page::SCHEMA;

use self::page::{sweep_page, tables};
use crate::{DynamoDb, Error};

/// Sweeps on a timer until dropped.
#[derive(Debug)]
pub struct TtlSweeper(JoinHandle<()>);

impl TtlSweeper {
    /// Ends the sweeps.
    pub fn stop(&self) {
        self.0.abort();
    }
}

impl Drop for TtlSweeper {
    fn drop(&mut self) {
        self.stop();
    }
}

impl DynamoDb {
    /// Removes what has expired, and says how many items that was.
    ///
    /// It reads every table that has a TTL, a few rows at a time: calls that wait are made in between.
    pub async fn sweep_ttl(&self) -> Result<usize, Error> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let mut removed = 0;
        for table in self.inner.engine.run(|store| tables(store.connection())).await?? {
            let mut next = Some(Default::default());
            while let Some(after) = next {
                let name = table.clone();
                let page = self.inner.engine.run(move |store| sweep_page(store, &name, &after, now)).await??;
                if page.removed > 0 {
                    self.inner.controls.announce(std::slice::from_ref(&table));
                }
                removed += page.removed;
                next = page.last;
            }
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
mod tests;
