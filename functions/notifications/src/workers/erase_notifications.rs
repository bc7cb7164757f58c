//! `erase-notifications`: deletes the notifications of an erased user. Consumes a queue.

use std::process::ExitCode;

use contracts::payloads::UserErased;
use envelope::InitError;
use events::{Consumer, HandleError, consume};
use idempotency::Requests;

use crate::SERVICE;
use crate::store::Erasure;

/// Serves the consumer.
pub fn main() -> ExitCode {
    consume::<EraseNotifications>(SERVICE)
}

struct EraseNotifications {
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

impl Consumer for EraseNotifications {
    type Event = UserEvent;

    async fn init() -> Result<Self, InitError> {
        Ok(Self { erasure: Erasure::from_env()?, requests: Requests::from_env()? })
    }

    async fn handle(&self, event: UserEvent) -> Result<(), HandleError> {
        let UserEvent::Erased(event) = event;
        self.erasure.erase(&event.data.user_id).await?;
        Ok(self.requests.erase(&event.data.user_id).await?)
    }
}

#[cfg(test)]
mod tests {
    use events::{Cause, Event};
    use futures_util::future::join_all;
    use local_testing::{Fault, FaultKind};

    use super::*;
    use crate::store::fixture::{Fixture, confirmed};

    fn erased(user_id: &str) -> UserEvent {
        let data = UserErased { user_id: user_id.to_owned() };
        UserEvent::Erased(Event::new(SERVICE, data, Cause::request("r1")))
    }

    async fn count(fixture: &Fixture) -> i32 {
        fixture.tables.client().scan().table_name("NotificationsTable").send().await.unwrap().count
    }

    #[tokio::test]
    async fn an_erased_user_s_notifications_are_gone_and_events_in_flight_make_none() {
        let fixture = Fixture::new().await;
        fixture.notify("ada", 40).await;
        fixture.notify("bob", 1).await;
        let consumer = EraseNotifications { erasure: fixture.erasure(), requests: fixture.requests() };
        for outcome in join_all((0..3).map(|_| consumer.handle(erased("ada")))).await {
            outcome.unwrap();
        }
        assert_eq!(count(&fixture).await, 1);
        let late = confirmed("ada", 99).notification().unwrap();
        fixture.insert("ada", &late).await.unwrap();
        assert_eq!(count(&fixture).await, 1);
    }

    #[tokio::test]
    async fn notifications_added_beside_an_erasure_are_gone_afterwards() {
        let fixture = Fixture::new().await;
        for round in 0..10 {
            let user_id = format!("ada-{round}");
            let notifications: Vec<_> =
                (0..6).map(|order| confirmed(&user_id, order).notification().unwrap()).collect();
            let consumer = EraseNotifications { erasure: fixture.erasure(), requests: fixture.requests() };
            let added = join_all(notifications.iter().map(|notification| fixture.insert(&user_id, notification)));
            let (handled, _) = tokio::join!(consumer.handle(erased(&user_id)), added);
            handled.unwrap();
        }
        assert_eq!(count(&fixture).await, 0);
    }

    #[tokio::test]
    async fn an_erasure_that_stopped_half_way_goes_on_at_its_next_delivery() {
        let fixture = Fixture::new().await;
        fixture.notify("ada", 5).await;
        let consumer = EraseNotifications { erasure: fixture.erasure(), requests: fixture.requests() };
        let delete = Fault {
            times: 50,
            operation: Some("DeleteItem".to_owned()),
            ..Fault::next(FaultKind::InternalServerError)
        };
        fixture.tables.dynamodb().faults().inject(delete);
        assert!(consumer.handle(erased("ada")).await.is_err());
        fixture.tables.dynamodb().faults().clear();
        consumer.handle(erased("ada")).await.unwrap();
        assert_eq!(count(&fixture).await, 0);
    }
}
