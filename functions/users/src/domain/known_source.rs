//! Sources that an account is known to be used from.

use serde::Deserialize;

use crate::domain::failed_logins::MAX_FROM_ONE_SOURCE;
use crate::domain::limit::Limit;

/// How long a source stays known after the registration, a login or a confirmed password reset, in seconds: 30 days.
pub const KNOWN_SECONDS: u64 = 30 * 24 * 60 * 60;

/// A source from which an account was registered, logged in to or given a new password, with its own count of guesses:
/// however many others guess, they don't use it up.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KnownSource {
    /// The account's id: an address that an erasure has freed may be another's by now. (Items of earlier versions don't say.)
    #[serde(default)]
    user_id: Option<String>,
    /// Guesses in the window: those that were wrong and those not yet compared.
    #[serde(default)]
    failures: u32,
    /// When the window ends, in seconds since the Unix epoch; 0 before the first guess.
    #[serde(default)]
    window_ends_at: u64,
    /// Until when the source is known, in seconds since the Unix epoch.
    expires_at: u64,
    /// Until when what it guessed before a confirmed password reset could have counted, in seconds since the Unix epoch; 0
    /// without a reset.
    #[serde(default)]
    forgiven_until: u64,
}

impl KnownSource {
    /// Whether the source is still known. (DynamoDB deletes expired items late, so old ones are still read.)
    pub fn is_current(&self, now: u64) -> bool {
        self.expires_at > now
    }

    /// Whether the source is known to the user with this id.
    pub fn is_of(&self, user_id: Option<&str>) -> bool {
        self.user_id.is_none() || self.user_id.as_deref() == user_id
    }

    /// Whether a password reset was confirmed from the source while a window was open that ends at `window_end`: who reads the
    /// account's mail need not wait for what they guessed before.
    pub fn is_forgiven(&self, window_end: u64) -> bool {
        window_end <= self.forgiven_until
    }

    /// When the window of guesses ends, in seconds since the Unix epoch; `None` if none is open.
    pub fn window_end(&self, now: u64) -> Option<u64> {
        (self.window_ends_at > now).then_some(self.window_ends_at)
    }

    /// Whether another guess is allowed now. `earlier` are the guesses that the source made before it was known, in a
    /// window that ends at `earlier_end`: they count against it too.
    pub fn limit(&self, earlier: u32, earlier_end: u64, now: u64) -> Limit {
        let own_end = self.window_end(now);
        let own = own_end.map_or(0, |_| self.failures);
        if own.saturating_add(earlier) < MAX_FROM_ONE_SOURCE {
            return Limit::Open;
        }
        // The end of one window suffices, if it leaves less than the limit in the other.
        match own_end {
            Some(own_end) if own >= MAX_FROM_ONE_SOURCE => Limit::until(own_end, now),
            Some(own_end) if earlier < MAX_FROM_ONE_SOURCE => Limit::until(own_end.min(earlier_end), now),
            _ => Limit::until(earlier_end, now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(failures: u32) -> KnownSource {
        KnownSource { user_id: None, failures, window_ends_at: 1_000, expires_at: 9_000, forgiven_until: 0 }
    }

    #[test]
    fn five_guesses_reach_the_limit_until_the_window_ends() {
        assert_eq!(known(4).limit(0, 0, 900), Limit::Open);
        assert_eq!(known(5).limit(0, 0, 900), Limit::Reached { retry_after: 100 });
        assert_eq!(known(5).limit(0, 0, 1_000), Limit::Open);
    }

    #[test]
    fn guesses_from_before_it_was_known_count_too() {
        assert_eq!(known(2).limit(2, 950, 900), Limit::Open);
        assert_eq!(known(2).limit(3, 950, 900), Limit::Reached { retry_after: 50 });
        assert_eq!(known(0).limit(5, 950, 900), Limit::Reached { retry_after: 50 });
        assert_eq!(known(4).limit(4, 1_050, 900), Limit::Reached { retry_after: 100 });
        assert_eq!(known(9).limit(4, 1_050, 1_000), Limit::Open);
    }

    #[test]
    fn a_reset_forgives_the_windows_that_were_open() {
        let known = KnownSource { forgiven_until: 1_000, ..known(0) };
        assert!(known.is_forgiven(1_000) && !known.is_forgiven(1_001));
    }

    #[test]
    fn a_source_is_known_to_one_user() {
        let known = KnownSource { user_id: Some("u1".to_owned()), ..known(0) };
        assert!(known.is_of(Some("u1")) && !known.is_of(Some("u2")) && !known.is_of(None));
    }

    #[test]
    fn a_source_that_has_made_no_guess_is_read() {
        let known: KnownSource = serde_json::from_value(serde_json::json!({"expiresAt": 9_000})).unwrap();
        assert_eq!(known.limit(0, 0, 900), Limit::Open);
        assert!(known.is_current(8_999) && !known.is_current(9_000));
        assert!(known.is_of(Some("u1")) && known.is_of(None) && !known.is_forgiven(1));
    }
}
