//! `notify`: makes events the notifications of the user they concern, once each.

use std::process::ExitCode;

use envelope::InitError;
use events::{Consumer, HandleError, consume};

use crate::SERVICE;
use crate::domain::notification::News;
use crate::store::Notifications;

/// Serves the function.
pub fn main() -> ExitCode {
    consume::<Notify>(SERVICE)
}

struct Notify {
    notifications: Notifications,
}

impl Consumer for Notify {
    type Event = News;

    async fn init() -> Result<Self, InitError> {
        Ok(Self { notifications: Notifications::connect().await? })
    }

    /// An event that comes again has the id of the notification that is there already, read or not.
    async fn handle(&self, news: News) -> Result<(), HandleError> {
        Ok(self.notifications.insert(news.user_id(), &news.told()?).await?)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;

    use super::*;
    use crate::store::Which;
    use crate::store::world::{World, confirmed};

    #[tokio::test]
    async fn an_event_that_comes_again_or_at_once_is_told_once() {
        let world = World::new().await;
        let notify = Notify { notifications: world.notifications.clone() };
        let news = confirmed("ada", 1);
        for outcome in join_all((0..4).map(|_| notify.handle(news.clone()))).await {
            assert!(outcome.is_ok());
        }
        let (rows, next) = world.notifications.newest("ada", Which::All, None, 20).await.unwrap();
        assert_eq!((rows, next), (vec![news.told().unwrap()], None));
    }

    #[tokio::test]
    async fn an_event_that_comes_again_does_not_make_its_notification_unread() {
        let world = World::new().await;
        let notify = Notify { notifications: world.notifications.clone() };
        let news = confirmed("ada", 1);
        notify.handle(news.clone()).await.unwrap();
        let id = news.told().unwrap().id;
        assert!(world.notifications.mark_read("ada", &id).await.unwrap().unwrap().read);
        notify.handle(news).await.unwrap();
        assert_eq!(world.pages("ada", Which::Unread, 20).await.0, []);
        assert_eq!(world.pages("ada", Which::Read, 20).await.0, [id]);
    }
}
