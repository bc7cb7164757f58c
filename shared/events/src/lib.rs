//! The events services tell each other, as CloudEvents 1.0 in JSON.
//!
//! An event is carried as the attribute [`ATTRIBUTE`] of the very item whose write it tells of, so that the two
//! commit together; it is published from the table's stream afterwards.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

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
}

/// `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1` (AWS X-Ray, "Tracing header") as
/// the W3C's `00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01`.
fn traceparent(xray: &str) -> Option<String> {
    let part = |name: &str| xray.split(';').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
    let hex = |text: &str, digits: usize| text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let (epoch, random) = part("Root")?.strip_prefix("1-")?.split_once('-')?;
    let parent = part("Parent")?;
    let sampled = u8::from(part("Sampled") == Some("1"));
    (hex(epoch, 8) && hex(random, 24) && hex(parent, 16)).then(|| format!("00-{epoch}{random}-{parent}-{sampled:02}"))
}

/// `user.created`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserCreated {
    /// The user's id.
    pub user_id: String,
    /// Their address.
    pub email: String,
    /// Their name.
    pub name: String,
}

impl Payload for UserCreated {
    const TYPE: &'static str = "user.created";

    fn subject(&self) -> &str {
        &self.user_id
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_trace_is_carried_on_in_the_w3c_form() {
        let xray = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
        let w3c = "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01";
        assert_eq!(traceparent(xray).as_deref(), Some(w3c));
        for rubbish in ["", "Root=1-5759e988-bd862e3fe1be46a994272793", "Root=2-a-b;Parent=c"] {
            assert_eq!(traceparent(rubbish), None);
        }
    }

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
