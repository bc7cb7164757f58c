//! One event, and where it comes from.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::trace::traceparent;

/// The item attribute that carries an event.
pub const ATTRIBUTE: &str = "event";

/// An event with its context attributes (CloudEvents 1.0, "Context attributes").
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event<T> {
    /// Always `1.0`.
    pub specversion: String,
    /// Made once, with the write.
    pub id: String,
    /// The service: `/user-service`.
    pub source: String,
    /// `user.created`
    #[serde(rename = "type")]
    pub kind: String,
    /// Id of what it is about.
    pub subject: String,
    /// RFC 3339, UTC, milliseconds.
    pub time: String,
    /// Always `application/json`.
    pub datacontenttype: String,
    /// Extension attribute: the request that caused it.
    pub requestid: String,
    /// The trace it belongs to (extension "Distributed Tracing"; W3C Trace Context), if it is traced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// What happened.
    pub data: T,
}

/// What an event says and what it is called.
pub trait Payload: Serialize {
    /// The event's `type`.
    const TYPE: &'static str;

    /// The event's `subject`.
    fn subject(&self) -> &str;
}

/// Where an event comes from.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// Name of the service.
    pub service: &'a str,
    /// Id of the request that causes it.
    pub request_id: &'a str,
    /// The X-Ray trace header of that request, if it is traced.
    pub trace_id: Option<&'a str>,
    /// When it happens: RFC 3339, UTC, milliseconds.
    pub time: &'a str,
}

impl<T: Payload> Event<T> {
    /// A new event, with an id of its own.
    pub fn new(data: T, origin: Origin<'_>) -> Self {
        Self {
            specversion: "1.0".to_owned(),
            id: Uuid::now_v7().to_string(),
            source: format!("/{}", origin.service),
            kind: T::TYPE.to_owned(),
            subject: data.subject().to_owned(),
            time: origin.time.to_owned(),
            datacontenttype: "application/json".to_owned(),
            requestid: origin.request_id.to_owned(),
            traceparent: origin.trace_id.and_then(traceparent),
            data,
        }
    }

    /// A new event that another one has led to: of the same request and the same trace.
    pub fn caused_by<C>(cause: &Event<C>, data: T, service: &str, time: &str) -> Self {
        let origin = Origin { service, request_id: &cause.requestid, trace_id: None, time };
        Self { traceparent: cause.traceparent.clone(), ..Self::new(data, origin) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::UserCreated;

    #[test]
    fn an_event_is_a_cloud_event() {
        let data = UserCreated { user_id: "u1".into(), email: "a@b.c".into(), name: "Ada".into() };
        let origin =
            Origin { service: "user-service", request_id: "r1", trace_id: None, time: "2026-01-31T12:00:00.000Z" };
        let event = Event::new(data, origin);
        assert_eq!(
            serde_json::to_value(&event).unwrap(),
            json!({
                "specversion": "1.0",
                "id": event.id,
                "source": "/user-service",
                "type": "user.created",
                "subject": "u1",
                "time": "2026-01-31T12:00:00.000Z",
                "datacontenttype": "application/json",
                "requestid": "r1",
                "data": {"userId": "u1", "email": "a@b.c", "name": "Ada"},
            })
        );
    }
}
