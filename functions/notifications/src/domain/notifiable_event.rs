//! The events that users are notified of, and the notification of each.

use contracts::payloads::{OrderCancelled, OrderConfirmed, OrderCreated, UserCreated};
use envelope::timestamp;
use events::Event;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::domain::notification::Notification;
use crate::domain::notification_id::NotificationId;

events::heard! {
    /// An event that a user is notified of.
    pub enum NotifiableEvent {
        /// The user registered.
        UserCreated(UserCreated),
        /// The user placed an order.
        OrderCreated(OrderCreated),
        /// The order's stock was settled.
        OrderConfirmed(OrderConfirmed),
        /// The order was cancelled, by the user or for lack of stock.
        OrderCancelled(OrderCancelled),
    }
}

/// The event's `time` is not RFC 3339.
#[derive(Debug, thiserror::Error)]
#[error("the event's time is not RFC 3339")]
pub struct InvalidEventTime(#[from] time::error::Parse);

impl NotifiableEvent {
    /// The id of the user to notify; `None` if they were erased.
    pub fn user_id(&self) -> Option<&str> {
        match self {
            Self::UserCreated(event) => Some(&event.data.user_id),
            Self::OrderCreated(event) => event.data.user_id.as_deref(),
            Self::OrderConfirmed(event) => event.data.user_id.as_deref(),
            Self::OrderCancelled(event) => event.data.user_id.as_deref(),
        }
    }

    /// The notification of this event: equal each time it is made, so an event that is delivered twice makes one.
    ///
    /// # Errors
    /// [`InvalidEventTime`]
    pub fn notification(&self) -> Result<Notification, InvalidEventTime> {
        match self {
            Self::UserCreated(event) => notification(event, None, format!("Welcome, {}!", event.data.name)),
            Self::OrderCreated(event) => {
                let id = &event.data.order_id;
                notification(event, Some(id), format!("Your order {id} was received"))
            }
            Self::OrderConfirmed(event) => {
                let id = &event.data.order_id;
                notification(event, Some(id), format!("Your order {id} is confirmed"))
            }
            Self::OrderCancelled(event) => {
                let id = &event.data.order_id;
                let message = match event.data.reason.as_deref() {
                    None => format!("Your order {id} was cancelled"),
                    Some(reason) => format!("Your order {id} was cancelled: {reason}"),
                };
                notification(event, Some(id), message)
            }
        }
    }
}

fn notification<T>(
    event: &Event<T>,
    order_id: Option<&String>,
    message: String,
) -> Result<Notification, InvalidEventTime> {
    let time = OffsetDateTime::parse(&event.time, &Rfc3339)?;
    Ok(Notification {
        id: NotificationId::of_event(&event.id, time),
        kind: event.kind.clone(),
        message,
        order_id: order_id.cloned(),
        read: false,
        created_at: timestamp::rfc3339(time),
    })
}

#[cfg(test)]
mod tests {
    use contracts::hold_generation::HoldGeneration;
    use events::{Cause, Payload};
    use serde_json::{Value, json};

    use super::*;
    use crate::SERVICE;

    fn event<T: Payload>(data: T) -> Event<T> {
        Event::new(SERVICE, data, Cause::request("r1")).at("2026-01-31T12:00:00.000Z")
    }

    fn notification_json(event: &NotifiableEvent) -> Value {
        serde_json::to_value(event.notification().unwrap()).unwrap()
    }

    #[test]
    fn a_notification_of_an_order_names_the_order() {
        let confirmed = OrderConfirmed { order_id: "o1".into(), user_id: Some("ada".into()) };
        let event = NotifiableEvent::OrderConfirmed(event(confirmed));
        assert_eq!(event.user_id(), Some("ada"));
        assert_eq!(
            notification_json(&event),
            json!({
                "id": event.notification().unwrap().id,
                "type": "order.confirmed",
                "message": "Your order o1 is confirmed",
                "orderId": "o1",
                "read": false,
                "createdAt": "2026-01-31T12:00:00.000Z",
            })
        );
    }

    #[test]
    fn each_event_has_its_message() {
        let (order_id, user_id) = ("o1".to_owned(), "ada".to_owned());
        let user = UserCreated { user_id: user_id.clone(), email: "ada@example.com".into(), name: "Ada".into() };
        let created = OrderCreated {
            order_id: order_id.clone(),
            user_id: Some(user_id.clone()),
            total_amount: 1,
            hold_generation: HoldGeneration::FIRST,
        };
        let cancelled = OrderCancelled { order_id: order_id.clone(), user_id: Some(user_id.clone()), reason: None };
        let expired = OrderCancelled { order_id, user_id: Some(user_id), reason: Some("expired".into()) };
        for (event, message) in [
            (NotifiableEvent::UserCreated(event(user)), "Welcome, Ada!"),
            (NotifiableEvent::OrderCreated(event(created)), "Your order o1 was received"),
            (NotifiableEvent::OrderCancelled(event(cancelled)), "Your order o1 was cancelled"),
            (NotifiableEvent::OrderCancelled(event(expired)), "Your order o1 was cancelled: expired"),
        ] {
            assert_eq!((notification_json(&event)["message"].as_str(), event.user_id()), (Some(message), Some("ada")));
        }
    }

    #[test]
    fn an_event_with_an_invalid_time_makes_no_notification() {
        let mut event = event(OrderConfirmed { order_id: "o1".into(), user_id: Some("ada".into()) });
        event.time = "yesterday".to_owned();
        assert!(NotifiableEvent::OrderConfirmed(event).notification().is_err());
    }
}
