//! How many guesses at one account's password are allowed within fifteen minutes.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::domain::limit::Limit;
use crate::domain::source::Source;

/// Guesses allowed in a window from one source.
pub const MAX_FROM_ONE_SOURCE: u32 = 5;
/// Guesses allowed in a window from all sources together, known ones apart.
pub const MAX_FROM_ALL_SOURCES: u32 = 50;

/// The guesses at one email address in the current window: those that were wrong and those not yet compared. They are
/// counted whether or not a user has that address. A known source has a count of its own
/// ([`KnownSource`](crate::domain::known_source::KnownSource)).
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FailedLogins {
    /// Guesses from all sources.
    failures: u32,
    /// Guesses of each source.
    #[serde(rename = "addresses")]
    by_source: BTreeMap<String, u32>,
    /// When the window ends, in seconds since the Unix epoch.
    expires_at: u64,
}

impl FailedLogins {
    /// Whether another guess from this source is allowed now (in seconds since the Unix epoch).
    pub fn limit(failed: Option<&Self>, source: &Source, now: u64) -> Limit {
        match failed {
            Some(failed) if failed.is_current(now) && failed.is_full_for(source) => {
                Limit::until(failed.expires_at, now)
            }
            _ => Limit::Open,
        }
    }

    /// Whether the window has not ended. (DynamoDB deletes expired items late, so old ones are still read.)
    pub fn is_current(&self, now: u64) -> bool {
        self.expires_at > now
    }

    /// Guesses from this source.
    pub fn from_source(&self, source: &Source) -> u32 {
        self.by_source.get(source.as_str()).copied().unwrap_or_default()
    }

    /// When the window ends, in seconds since the Unix epoch.
    pub fn window_end(&self) -> u64 {
        self.expires_at
    }

    fn is_full_for(&self, source: &Source) -> bool {
        self.failures >= MAX_FROM_ALL_SOURCES || self.from_source(source) >= MAX_FROM_ONE_SOURCE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here() -> Source {
        Source::of("192.0.2.1")
    }

    fn failed(failures: u32, from_here: u32) -> FailedLogins {
        let by_source = BTreeMap::from([("192.0.2.1".to_owned(), from_here)]);
        FailedLogins { failures, by_source, expires_at: 1_000 }
    }

    #[test]
    fn five_failures_reach_the_limit_of_one_source_only() {
        assert_eq!(FailedLogins::limit(None, &here(), 0), Limit::Open);
        assert_eq!(FailedLogins::limit(Some(&failed(4, 4)), &here(), 900), Limit::Open);
        assert_eq!(FailedLogins::limit(Some(&failed(5, 5)), &here(), 900), Limit::Reached { retry_after: 100 });
        assert_eq!(FailedLogins::limit(Some(&failed(5, 5)), &Source::of("192.0.2.2"), 900), Limit::Open);
    }

    #[test]
    fn fifty_failures_reach_the_limit_of_all_sources() {
        let elsewhere = Source::of("192.0.2.2");
        assert_eq!(FailedLogins::limit(Some(&failed(50, 1)), &elsewhere, 999), Limit::Reached { retry_after: 1 });
    }

    #[test]
    fn the_limit_ends_with_the_window() {
        assert_eq!(FailedLogins::limit(Some(&failed(50, 50)), &here(), 1_000), Limit::Open);
    }

    #[test]
    fn it_is_read_by_its_stored_names() {
        let stored = serde_json::json!({"failures": 5, "addresses": {"192.0.2.1": 5}, "expiresAt": 1_000});
        let failed: FailedLogins = serde_json::from_value(stored).unwrap();
        assert_eq!(FailedLogins::limit(Some(&failed), &here(), 999), Limit::Reached { retry_after: 1 });
    }
}
