//! `erase-user`: deletes what is left of an erased user in the tables of this service. Consumes a queue.

use std::process::ExitCode;

use contracts::payloads::UserErased;
use envelope::InitError;
use events::{Consumer, HandleError, consume};
use idempotency::Requests;

use crate::SERVICE;
use crate::store::Remains;

/// Serves the consumer.
pub fn main() -> ExitCode {
    consume::<EraseUser>(SERVICE)
}

struct EraseUser {
    remains: Remains,
    requests: Requests,
}

events::heard! {
    /// The events that this consumer handles.
    pub enum UserEvent {
        /// A user was erased.
        Erased(UserErased),
    }
}

impl Consumer for EraseUser {
    type Event = UserEvent;

    async fn init() -> Result<Self, InitError> {
        Ok(Self { remains: Remains::from_env()?, requests: Requests::from_env()? })
    }

    async fn handle(&self, event: UserEvent) -> Result<(), HandleError> {
        let UserEvent::Erased(event) = event;
        // First: a request that comes late writes nothing then that would have to be deleted.
        self.requests.erase(&event.data.user_id).await?;
        Ok(self.remains.erase(&event.data.user_id).await?)
    }
}
