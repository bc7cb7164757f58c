//! `notify`: stores a notification for each event that concerns a user, once.

use std::process::ExitCode;

use envelope::InitError;
use events::{Consumer, HandleError, consume};

use crate::SERVICE;
use crate::domain::notifiable_event::NotifiableEvent;
use crate::store::Notifications;

/// Serves the function.
pub fn main() -> ExitCode {
    consume::<Notify>(SERVICE)
}

struct Notify {
    notifications: Notifications,
}

impl Consumer for Notify {
    type Event = NotifiableEvent;

    async fn init() -> Result<Self, InitError> {
        Ok(Self { notifications: Notifications::connect().await? })
    }

    /// An event that is delivered again makes the id of the notification that exists, which stays as it is.
    async fn handle(&self, event: NotifiableEvent) -> Result<(), HandleError> {
        Ok(self.notifications.insert(event.user_id(), &event.notification()?).await?)
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
        let notify = Notify { notifications: fixture.notifications.clone() };
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
        let notify = Notify { notifications: fixture.notifications.clone() };
        let event = confirmed("ada", 1);
        notify.handle(event.clone()).await.unwrap();
        let id = event.notification().unwrap().id;
        assert!(fixture.notifications.mark_read("ada", &id).await.unwrap().unwrap().read);
        notify.handle(event).await.unwrap();
        assert_eq!(fixture.pages("ada", Some(ReadState::Unread), 20).await.0, []);
        assert_eq!(fixture.pages("ada", Some(ReadState::Read), 20).await.0, [id]);
    }
}
