//! A notification, and the events that become one.

use envelope::timestamp;
use events::{Event, OrderCancelled, OrderConfirmed, OrderCreated, UserCreated};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::domain::notification_id::NotificationId;

/// What a user is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Notification {
    /// What it is known by.
    pub id: NotificationId,
    /// Type of the event that it tells of: `order.confirmed`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What a person reads.
    pub message: String,
    /// The order it is about, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<String>,
    /// Whether the user has marked it as read.
    pub read: bool,
    /// When it happened: RFC 3339, UTC, milliseconds.
    pub created_at: String,
}

events::heard! {
    /// What users are told of.
    pub enum News {
        /// They registered.
        UserCreated(UserCreated),
        /// They placed an order.
        OrderCreated(OrderCreated),
        /// Its stock was taken.
        OrderConfirmed(OrderConfirmed),
        /// It is over.
        OrderCancelled(OrderCancelled),
    }
}

/// An event that does not say when it happened.
#[derive(Debug, thiserror::Error)]
#[error("the event's time is none")]
pub struct NoTime(#[from] time::error::Parse);

impl News {
    /// Whom it concerns.
    pub fn user_id(&self) -> &str {
        match self {
            Self::UserCreated(event) => &event.data.user_id,
            Self::OrderCreated(event) => &event.data.user_id,
            Self::OrderConfirmed(event) => &event.data.user_id,
            Self::OrderCancelled(event) => &event.data.user_id,
        }
    }

    /// What that user is told, in the same words however often it is asked.
    ///
    /// # Errors
    /// [`NoTime`]
    pub fn told(&self) -> Result<Notification, NoTime> {
        match self {
            Self::UserCreated(event) => tell(event, None, format!("Welcome, {}!", event.data.name)),
            Self::OrderCreated(event) => {
                let id = &event.data.order_id;
                tell(event, Some(id), format!("Your order {id} was received"))
            }
            Self::OrderConfirmed(event) => {
                let id = &event.data.order_id;
                tell(event, Some(id), format!("Your order {id} is confirmed"))
            }
            Self::OrderCancelled(event) => {
                let id = &event.data.order_id;
                let message = match event.data.reason.as_deref() {
                    None => format!("Your order {id} was cancelled"),
                    Some(reason) => format!("Your order {id} was cancelled: {reason}"),
                };
                tell(event, Some(id), message)
            }
        }
    }
}

fn tell<T>(event: &Event<T>, order_id: Option<&String>, message: String) -> Result<Notification, NoTime> {
    let time = OffsetDateTime::parse(&event.time, &Rfc3339)?;
    Ok(Notification {
        id: NotificationId::of(&event.id, time),
        kind: event.kind.clone(),
        message,
        order_id: order_id.cloned(),
        read: false,
        created_at: timestamp::rfc3339(time),
    })
}

#[cfg(test)]
mod tests {
    use events::{Cause, Payload};
    use serde_json::{Value, json};

    use super::*;
    use crate::SERVICE;

    fn event<T: Payload>(data: T) -> Event<T> {
        Event::new(SERVICE, data, Cause::request("r1")).at("2026-01-31T12:00:00.000Z")
    }

    fn told(news: &News) -> Value {
        serde_json::to_value(news.told().unwrap()).unwrap()
    }

    #[test]
    fn an_order_s_event_is_told_with_the_order() {
        let news = News::OrderConfirmed(event(OrderConfirmed { order_id: "o1".into(), user_id: "ada".into() }));
        assert_eq!(news.user_id(), "ada");
        assert_eq!(
            told(&news),
            json!({
                "id": news.told().unwrap().id,
                "type": "order.confirmed",
                "message": "Your order o1 is confirmed",
                "orderId": "o1",
                "read": false,
                "createdAt": "2026-01-31T12:00:00.000Z",
            })
        );
    }

    #[test]
    fn each_event_has_its_words() {
        let (order_id, user_id) = ("o1".to_owned(), "ada".to_owned());
        let user = UserCreated { user_id: user_id.clone(), email: "ada@example.com".into(), name: "Ada".into() };
        let created = OrderCreated { order_id: order_id.clone(), user_id: user_id.clone(), total_amount: 1 };
        let cancelled = OrderCancelled { order_id: order_id.clone(), user_id: user_id.clone(), reason: None };
        let expired = OrderCancelled { order_id, user_id, reason: Some("expired".into()) };
        for (news, message) in [
            (News::UserCreated(event(user)), "Welcome, Ada!"),
            (News::OrderCreated(event(created)), "Your order o1 was received"),
            (News::OrderCancelled(event(cancelled)), "Your order o1 was cancelled"),
            (News::OrderCancelled(event(expired)), "Your order o1 was cancelled: expired"),
        ] {
            assert_eq!((told(&news)["message"].as_str(), news.user_id()), (Some(message), "ada"));
        }
    }

    #[test]
    fn an_event_without_a_time_is_told_nobody() {
        let mut event = event(OrderConfirmed { order_id: "o1".into(), user_id: "ada".into() });
        event.time = "yesterday".to_owned();
        assert!(News::OrderConfirmed(event).told().is_err());
    }
}
