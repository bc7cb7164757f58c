//! `erase-orders`: makes the orders of an erased user anonymous. Consumes a queue.

use std::future::Future;
use std::process::ExitCode;
use std::time::Duration;

use contracts::payloads::UserErased;
use envelope::InitError;
use events::{Consumer, HandleError, consume};
use idempotency::Requests;
use tables::StoreError;

use crate::SERVICE;
use crate::store::Erasure;

/// Serves the consumer.
pub fn main() -> ExitCode {
    consume::<EraseOrders>(SERVICE)
}

/// How long the list may trail the table. DynamoDB does not tell; it is a fraction of a second under normal conditions
/// ("Using Global Secondary Indexes in DynamoDB").
const INDEX_LAG: Duration = Duration::from_secs(3);

struct EraseOrders {
    erasure: Erasure,
    requests: Requests,
}

events::heard! {
    /// The events that this consumer handles.
    pub enum UserEvent {
        /// A user was erased.
        Erased(UserErased),
    }
}

impl Consumer for EraseOrders {
    type Event = UserEvent;

    async fn init() -> Result<Self, InitError> {
        Ok(Self { erasure: Erasure::from_env()?, requests: Requests::from_env()? })
    }

    async fn handle(&self, event: UserEvent) -> Result<(), HandleError> {
        let UserEvent::Erased(event) = event;
        Ok(self.erase(&event.data.user_id, tokio::time::sleep(INDEX_LAG)).await?)
    }
}

impl EraseOrders {
    /// The mark comes first: no order is written after it, and one that was written just before is found by the second look,
    /// once the list has caught up.
    async fn erase(&self, user_id: &str, list_caught_up: impl Future<Output = ()>) -> Result<(), StoreError> {
        self.erasure.mark(user_id).await?;
        self.requests.erase(user_id).await?;
        self.erasure.make_anonymous(user_id).await?;
        list_caught_up.await;
        self.erasure.make_anonymous(user_id).await
    }
}

#[cfg(test)]
mod tests;
