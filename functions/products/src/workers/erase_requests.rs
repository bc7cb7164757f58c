//! `erase-requests`: deletes what an erased user asked of this service under an `Idempotency-Key`. Consumes a queue.

use std::process::ExitCode;

use contracts::payloads::UserErased;
use envelope::InitError;
use events::{Consumer, HandleError, consume};
use idempotency::Requests;

use crate::SERVICE;

/// Serves the consumer.
pub fn main() -> ExitCode {
    consume::<EraseRequests>(SERVICE)
}

struct EraseRequests {
    requests: Requests,
}

events::heard! {
    /// The events that this consumer handles.
    pub enum UserEvent {
        /// A user was erased.
        Erased(UserErased),
    }
}

impl Consumer for EraseRequests {
    type Event = UserEvent;

    async fn init() -> Result<Self, InitError> {
        Ok(Self { requests: Requests::from_env()? })
    }

    async fn handle(&self, event: UserEvent) -> Result<(), HandleError> {
        let UserEvent::Erased(event) = event;
        Ok(self.requests.erase(&event.data.user_id).await?)
    }
}
