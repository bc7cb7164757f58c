//! How often a source may try something, whichever account it tries it on.

use serde::Deserialize;

use crate::domain::limit::Limit;

/// What is counted for each source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// A login whose password was not right.
    FailedLogin,
    /// A registration, also of an address that is taken.
    Registration,
    /// A request for a mail to reset a password.
    ResetRequest,
}

impl Action {
    /// The name in the key of its counts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FailedLogin => "failed-login",
            Self::Registration => "registration",
            Self::ResetRequest => "reset-request",
        }
    }
}

/// A source's attempts at one action in the current window.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceCount {
    /// Attempts counted in the window.
    attempts: u32,
    /// When the window ends, in seconds since the Unix epoch.
    expires_at: u64,
}

impl SourceCount {
    /// Whether one more attempt is allowed now (in seconds since the Unix epoch), at most `max` in a window.
    pub fn limit(count: Option<&Self>, max: u32, now: u64) -> Limit {
        match count {
            Some(count) if count.is_current(now) && count.attempts >= max => Limit::until(count.expires_at, now),
            _ => Limit::Open,
        }
    }

    /// Whether the window has not ended. (DynamoDB deletes expired items late, so old ones are still read.)
    pub fn is_current(&self, now: u64) -> bool {
        self.expires_at > now
    }

    /// When the window ends, in seconds since the Unix epoch.
    pub fn window_end(&self) -> u64 {
        self.expires_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_as_allowed_pass_until_the_window_ends() {
        let count = |attempts| SourceCount { attempts, expires_at: 1_000 };
        assert_eq!(SourceCount::limit(None, 10, 0), Limit::Open);
        assert_eq!(SourceCount::limit(Some(&count(9)), 10, 900), Limit::Open);
        assert_eq!(SourceCount::limit(Some(&count(10)), 10, 900), Limit::Reached { retry_after: 100 });
        assert_eq!(SourceCount::limit(Some(&count(11)), 10, 1_000), Limit::Open);
    }

    #[test]
    fn it_is_read_by_its_stored_names() {
        let stored =
            serde_json::json!({"source": "192.0.2.1", "action": "registration", "attempts": 10, "expiresAt": 1_000});
        let count: SourceCount = serde_json::from_value(stored).unwrap();
        assert_eq!(SourceCount::limit(Some(&count), 10, 999), Limit::Reached { retry_after: 1 });
    }
}
