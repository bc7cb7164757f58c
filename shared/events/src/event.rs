//! The event type.

use envelope::{Service, timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Cause;

/// Name of the item attribute that holds an event.
pub const ATTRIBUTE: &str = "event";

/// An event with its context attributes (CloudEvents 1.0, "Context attributes").
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event<T> {
    /// Always `1.0`.
    pub specversion: String,
    /// UUIDv7. The same however often the event is delivered.
    pub id: String,
    /// The service that the event comes from: `/user-service`.
    pub source: String,
    /// What happened: `user.created`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Id of the entity that the event is about.
    pub subject: String,
    /// When it happened: RFC 3339, UTC, milliseconds.
    pub time: String,
    /// Always `application/json`.
    pub datacontenttype: String,
    /// Id of the request that caused the event (an extension attribute), which no client can choose: an event may stay with its
    /// item longer than anything a person typed may.
    pub requestid: String,
    /// The trace of that request, if it is traced (extension "Distributed Tracing", W3C Trace Context).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// The payload.
    pub data: T,
}

/// The data of an event type.
pub trait Payload: Serialize {
    /// The event's `type`.
    const TYPE: &'static str;

    /// The event's `subject`.
    fn subject(&self) -> &str;
}

impl<T: Payload> Event<T> {
    /// A new event of `service` that happens now, in the request and the trace of its cause.
    pub fn new<'a>(service: Service, data: T, cause: impl Into<Cause<'a>>) -> Self {
        let cause = cause.into();
        Self {
            specversion: "1.0".to_owned(),
            id: Uuid::now_v7().to_string(),
            source: format!("/{}", service.name),
            kind: T::TYPE.to_owned(),
            subject: data.subject().to_owned(),
            time: timestamp::now(),
            datacontenttype: "application/json".to_owned(),
            requestid: cause.request_id().to_owned(),
            traceparent: cause.traceparent(),
            data,
        }
    }

    /// The event at another time, such as its item's `createdAt`: RFC 3339, UTC, milliseconds.
    #[must_use]
    pub fn at(self, time: &str) -> Self {
        Self { time: time.to_owned(), ..self }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{SERVICE, sent};

    #[test]
    fn an_event_is_a_cloud_event() {
        let event = Event::new(SERVICE, sent("p1"), Cause::request("r1")).at("2026-01-31T12:00:00.000Z");
        assert_eq!(
            serde_json::to_value(&event).unwrap(),
            json!({
                "specversion": "1.0",
                "id": event.id,
                "source": "/parcel-service",
                "type": "parcel.sent",
                "subject": "p1",
                "time": "2026-01-31T12:00:00.000Z",
                "datacontenttype": "application/json",
                "requestid": "r1",
                "data": {"parcel": "p1"},
            })
        );
    }
}
