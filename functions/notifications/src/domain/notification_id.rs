//! The id of a notification.

use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Builder;

/// A UUID (RFC 9562) in lower case. The ids of one user's notifications sort by time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NotificationId(String);

impl NotificationId {
    /// The id of the notification of this event: a UUIDv7 of the event's time, with a hash (SHA-256) of the event's id
    /// in place of the random bits. It is the same each time, so an event that is delivered twice makes one notification.
    pub fn of_event(event_id: &str, time: OffsetDateTime) -> Self {
        let milliseconds = u64::try_from(time.unix_timestamp_nanos() / 1_000_000).unwrap_or_default();
        let mut bits = [0; 10];
        bits.copy_from_slice(&digest(&SHA256, event_id.as_bytes()).as_ref()[..10]);
        Self(Builder::from_unix_timestamp_millis(milliseconds, &bits).into_uuid().to_string())
    }

    /// Reads an id from a request's path; `None` if it is no UUID.
    pub fn parse(text: &str) -> Option<Self> {
        envelope::decode::uuid(text).map(Self)
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn an_event_has_one_id_and_another_event_another() {
        let noon = datetime!(2026-01-31 12:00 UTC);
        let id = NotificationId::of_event("e1", noon);
        assert_eq!(id, NotificationId::of_event("e1", noon));
        assert_ne!(id, NotificationId::of_event("e2", noon));
        assert_eq!(Uuid::try_parse(id.as_str()).unwrap().get_version_num(), 7);
        assert_eq!(NotificationId::parse(&id.as_str().to_uppercase()), Some(id));
    }

    #[test]
    fn ids_sort_by_time() {
        let noon = datetime!(2026-01-31 12:00 UTC);
        let ids: Vec<_> = (0..50)
            .map(|count| NotificationId::of_event(&format!("e{count}"), noon + time::Duration::milliseconds(count)))
            .collect();
        assert!(ids.is_sorted_by(|a, b| a.as_str() < b.as_str()), "{ids:?}");
    }

    #[test]
    fn text_that_is_no_uuid_is_no_id() {
        let id = "01980c5e-0000-7000-8000-0000000000af";
        for text in ["", "1", &id.replace('-', ""), &format!("{{{id}}}"), &format!("urn:uuid:{id}"), &format!(" {id}")]
        {
            assert_eq!(NotificationId::parse(text), None, "{text}");
        }
    }
}
