//! What a notification is known by.

use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Builder;

/// A UUID (RFC 9562), lower case. Those of one user sort by time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NotificationId(String);

impl NotificationId {
    /// The id of what this event is told as: always the same, so that an event that comes twice is told once. It is
    /// a UUIDv7 of the event's time, with the SHA-256 of the event's id where another has random bits.
    pub fn of(event_id: &str, time: OffsetDateTime) -> Self {
        let milliseconds = u64::try_from(time.unix_timestamp_nanos() / 1_000_000).unwrap_or_default();
        let mut bits = [0; 10];
        bits.copy_from_slice(&digest(&SHA256, event_id.as_bytes()).as_ref()[..10]);
        Self(Builder::from_unix_timestamp_millis(milliseconds, &bits).into_uuid().to_string())
    }

    /// Reads an id as a client gives it; what is no UUID is no notification's.
    pub fn parse(text: &str) -> Option<Self> {
        envelope::decode::uuid(text).map(Self)
    }

    /// The id.
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
        let id = NotificationId::of("e1", noon);
        assert_eq!(id, NotificationId::of("e1", noon));
        assert_ne!(id, NotificationId::of("e2", noon));
        assert_eq!(Uuid::try_parse(id.as_str()).unwrap().get_version_num(), 7);
        assert_eq!(NotificationId::parse(&id.as_str().to_uppercase()), Some(id));
    }

    #[test]
    fn ids_sort_by_time() {
        let noon = datetime!(2026-01-31 12:00 UTC);
        let ids: Vec<_> = (0..50)
            .map(|count| NotificationId::of(&format!("e{count}"), noon + time::Duration::milliseconds(count)))
            .collect();
        assert!(ids.is_sorted_by(|a, b| a.as_str() < b.as_str()), "{ids:?}");
    }

    #[test]
    fn what_is_no_uuid_is_no_id() {
        let id = "01980c5e-0000-7000-8000-0000000000af";
        for text in ["", "1", &id.replace('-', ""), &format!("{{{id}}}"), &format!("urn:uuid:{id}"), &format!(" {id}")]
        {
            assert_eq!(NotificationId::parse(text), None, "{text}");
        }
    }
}
