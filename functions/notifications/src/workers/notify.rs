//! `notify`: stores a notification for each event that concerns a user, once.

use std::process::ExitCode;
use std::time::Duration;

use envelope::InitError;
use events::{Consumer, HandleError, consume};
use tables::{ErasureMarks, conflict_retries};

use crate::SERVICE;
use crate::domain::notifiable_event::NotifiableEvent;
use crate::store::Notifications;

/// Serves the function.
pub fn main() -> ExitCode {
    consume::<Notify>(SERVICE)
}

/// Time for one event. An event that needs longer is left to the queue's next delivery.
const TIME_PER_EVENT: Duration = Duration::from_secs(3);

struct Notify {
    notifications: Notifications,
    /// Marks of erased users.
    erased: ErasureMarks,
}

impl Consumer for Notify {
    type Event = NotifiableEvent;

    async fn init() -> Result<Self, InitError> {
        Ok(Self { notifications: Notifications::connect().await?, erased: ErasureMarks::from_env()? })
    }

    /// An event that is delivered again makes the id of the notification that exists, which stays as it is.
    async fn handle(&self, event: NotifiableEvent) -> Result<(), HandleError> {
        // The order of a user who was erased concerns nobody.
        let Some(user_id) = event.user_id() else { return Ok(()) };
        let retries = conflict_retries(TIME_PER_EVENT);
        Ok(self.notifications.insert(user_id, &event.notification()?, &self.erased, retries).await?)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;

    use super::*;
    use crate::domain::read_state::ReadState;
    use crate::store::fixture::{Fixture, confirmed};

    #[tokio::test]
    async fn an_event_delivered_again_or_concurrently_makes_one_notification() {
        let fixture = Fixture::new().await;
        let notify = Notify { notifications: fixture.notifications.clone(), erased: fixture.erased.clone() };
        let event = confirmed("ada", 1);
        for outcome in join_all((0..4).map(|_| notify.handle(event.clone()))).await {
            assert!(outcome.is_ok());
        }
        let (rows, next) = fixture.list.newest("ada", None, None, 20).await.unwrap();
        assert_eq!((rows, next), (vec![event.notification().unwrap()], None));
    }

    #[tokio::test]
    async fn an_event_delivered_again_does_not_make_its_notification_unread() {
        let fixture = Fixture::new().await;
        let notify = Notify { notifications: fixture.notifications.clone(), erased: fixture.erased.clone() };
        let event = confirmed("ada", 1);
        notify.handle(event.clone()).await.unwrap();
        let id = event.notification().unwrap().id;
        assert!(fixture.notifications.mark_read("ada", &id).await.unwrap().unwrap().read);
        notify.handle(event).await.unwrap();
        assert_eq!(fixture.pages("ada", Some(ReadState::Unread), 20).await.0, []);
        assert_eq!(fixture.pages("ada", Some(ReadState::Read), 20).await.0, [id]);
    }
}
