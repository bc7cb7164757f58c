//! Shard iterators: a stream, a position in it, and when the iterator was given.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::Sequence;
use crate::refusal::Refusal;

/// DynamoDB Streams API, GetShardIterator: "A shard iterator expires 15 minutes after it is retrieved".
const LIFE: Duration = Duration::from_secs(15 * 60);

/// Where GetRecords reads on.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ShardIterator {
    /// The stream's ARN.
    pub stream: String,
    /// The record just before the next.
    pub position: Sequence,
}

impl ShardIterator {
    /// The text that a caller gets.
    pub(super) fn issue(&self, now: SystemTime) -> String {
        let issued = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        format!("{}|{}|{issued}", self.stream, self.position)
    }

    /// Reads what a caller was given.
    pub(super) fn read(text: &str, now: SystemTime) -> Result<Self, Refusal> {
        let invalid = || Refusal::invalid("Invalid ShardIterator");
        let mut parts = text.rsplitn(3, '|');
        let issued = parts.next().and_then(|issued| issued.parse().ok()).ok_or_else(invalid)?;
        let position = parts.next().and_then(|position| position.parse().ok()).ok_or_else(invalid)?;
        let stream = parts.next().ok_or_else(invalid)?.to_owned();
        let expires = UNIX_EPOCH.checked_add(Duration::from_secs(issued)).and_then(|issued| issued.checked_add(LIFE));
        if expires.ok_or_else(invalid)? < now {
            return Err(Refusal::ExpiredIterator);
        }
        Ok(Self { stream, position })
    }
}

#[cfg(test)]
mod tests {
    use local_fuzz_inputs::{cases, spoiled, texts};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_iterator_is_read_back_until_it_has_expired() {
        let stream = crate::arn::stream_arn(&"n".repeat(255));
        let iterator = ShardIterator { stream, position: "100001761000000000000".parse().unwrap() };
        let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let text = iterator.issue(now);
        // The service model allows 1 to 2048 characters.
        assert!(text.len() <= 2048);
        assert_eq!(ShardIterator::read(&text, now + LIFE).unwrap(), iterator);
        let late = ShardIterator::read(&text, now + LIFE + Duration::from_secs(1));
        assert!(matches!(late, Err(Refusal::ExpiredIterator)));
        for forged in ["", "nope", "a|b|c", "a|100001761000000000000|99999999999999999999999"] {
            assert!(matches!(ShardIterator::read(forged, now), Err(Refusal::Engine(_))), "{forged}");
        }
    }

    const ITERATORS: [&str; 2] = [
        "arn:aws:dynamodb:us-east-1:000000000000:table/Things/stream/local|100001761000000000000|1800000000",
        "arn:aws:dynamodb:us-east-1:000000000000:table/a.b_c-d/stream/local|100000000000000000000|18446744073709551615",
    ];

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn an_iterator_is_read_as_it_was_issued(stream in texts(), stored in 0..=i64::MAX, second in 0..1_u64 << 40) {
            let position = (100_000_000_000_000_000_000 + u128::from(stored.unsigned_abs())).to_string().parse().unwrap();
            let iterator = ShardIterator { stream, position };
            let now = UNIX_EPOCH + Duration::from_secs(second);
            prop_assert_eq!(ShardIterator::read(&iterator.issue(now), now).unwrap(), iterator);
        }

        #[test]
        fn any_text_is_an_iterator_or_refused(text in prop_oneof![4 => spoiled(&ITERATORS), 1 => texts()]) {
            let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
            if let Ok(iterator) = ShardIterator::read(&text, now) {
                prop_assert_eq!(ShardIterator::read(&iterator.issue(now), now).unwrap(), iterator);
            }
        }
    }
}
