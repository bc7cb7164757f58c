//! How many failed logins to one email address are allowed within fifteen minutes.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Length of a window in seconds. It begins with the first failure, and its end forgets all of them.
pub const WINDOW_SECONDS: u64 = 15 * 60;
/// Failures allowed in a window from one source IP.
pub const MAX_FROM_ONE_SOURCE: u32 = 5;
/// Failures allowed in a window from all source IPs together.
pub const MAX_FROM_ALL_SOURCES: u32 = 50;

/// The failed logins to one email address in the current window, counted whether or not a user has that address.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FailedLogins {
    /// Failures from all source IPs.
    failures: u32,
    /// Failures of each source IP.
    #[serde(rename = "addresses")]
    by_source: BTreeMap<String, u32>,
    /// When the window ends, in seconds since the Unix epoch.
    expires_at: u64,
}

/// Whether another login may be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginLimit {
    /// It may.
    Open,
    /// Too many have failed: every login is refused, even with the right password.
    Reached {
        /// Seconds until the window ends.
        retry_after: u64,
    },
}

impl FailedLogins {
    /// Whether another login from this source IP may be tried now (in seconds since the Unix epoch).
    pub fn limit(failed: Option<&Self>, source_ip: &str, now: u64) -> LoginLimit {
        match failed {
            Some(failed) if failed.is_current(now) && failed.is_full_for(source_ip) => {
                LoginLimit::Reached { retry_after: (failed.expires_at - now).min(WINDOW_SECONDS) }
            }
            _ => LoginLimit::Open,
        }
    }

    /// Whether the window has not ended. (DynamoDB deletes expired items late, so old ones are still read.)
    pub fn is_current(&self, now: u64) -> bool {
        self.expires_at > now
    }

    fn is_full_for(&self, source_ip: &str) -> bool {
        let from_here = self.by_source.get(source_ip).copied().unwrap_or_default();
        self.failures >= MAX_FROM_ALL_SOURCES || from_here >= MAX_FROM_ONE_SOURCE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(failures: u32, from_here: u32) -> FailedLogins {
        FailedLogins { failures, by_source: BTreeMap::from([("here".to_owned(), from_here)]), expires_at: 1_000 }
    }

    #[test]
    fn five_failures_reach_the_limit_of_one_source_only() {
        assert_eq!(FailedLogins::limit(None, "here", 0), LoginLimit::Open);
        assert_eq!(FailedLogins::limit(Some(&failed(4, 4)), "here", 900), LoginLimit::Open);
        assert_eq!(FailedLogins::limit(Some(&failed(5, 5)), "here", 900), LoginLimit::Reached { retry_after: 100 });
        assert_eq!(FailedLogins::limit(Some(&failed(5, 5)), "there", 900), LoginLimit::Open);
    }

    #[test]
    fn fifty_failures_reach_the_limit_of_all_sources() {
        assert_eq!(FailedLogins::limit(Some(&failed(50, 1)), "there", 999), LoginLimit::Reached { retry_after: 1 });
    }

    #[test]
    fn the_limit_ends_with_the_window() {
        assert_eq!(FailedLogins::limit(Some(&failed(50, 50)), "here", 1_000), LoginLimit::Open);
    }

    #[test]
    fn it_is_read_by_its_stored_names() {
        let stored = serde_json::json!({"failures": 5, "addresses": {"here": 5}, "expiresAt": 1_000});
        let failed: FailedLogins = serde_json::from_value(stored).unwrap();
        assert_eq!(FailedLogins::limit(Some(&failed), "here", 999), LoginLimit::Reached { retry_after: 1 });
    }
}
