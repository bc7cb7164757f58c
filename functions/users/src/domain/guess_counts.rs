//! All counts that decide whether a password is compared.

use crate::domain::failed_logins::FailedLogins;
use crate::domain::known_source::KnownSource;
use crate::domain::limit::Limit;
use crate::domain::source::Source;
use crate::domain::source_count::SourceCount;

/// The counts for a guess at an account's password from a source, as they were read.
#[derive(Debug, Clone, Default)]
pub struct GuessCounts {
    /// The id of the user who has the address, if anybody has.
    pub user_id: Option<String>,
    /// Guesses at the account from sources that are not known.
    pub account: Option<FailedLogins>,
    /// The source's own count, if the account has been used from it.
    pub known: Option<KnownSource>,
    /// The source's failed logins, whichever the account.
    pub source: Option<SourceCount>,
}

impl GuessCounts {
    /// Whether another guess is allowed now (in seconds since the Unix epoch). `max_failed_logins` is how many failed
    /// logins a source may have, all accounts together.
    pub fn limit(&self, source: &Source, max_failed_logins: u32, now: u64) -> Limit {
        let of_account = match self.known_source(now) {
            None => FailedLogins::limit(self.account.as_ref(), source, now),
            Some(known) => {
                let (earlier, earlier_end) = self.earlier(known, source, now);
                known.limit(earlier, earlier_end, now)
            }
        };
        let of_source = SourceCount::limit(self.source.as_ref(), self.max_failed_logins(max_failed_logins, now), now);
        match (of_account, of_source) {
            (Limit::Reached { retry_after: one }, Limit::Reached { retry_after: other }) => {
                Limit::Reached { retry_after: one.max(other) }
            }
            (Limit::Open, limit) | (limit, Limit::Open) => limit,
        }
    }

    /// How many failed logins the source may have for another guess at the account, of `configured` at most: any number, as
    /// long as some of them may be from before a confirmed password reset. (Its five guesses at the account limit it still.)
    pub fn max_failed_logins(&self, configured: u32, now: u64) -> u32 {
        match self.known_source(now) {
            Some(known) if known.is_forgiven(now) => u32::MAX,
            _ => configured,
        }
    }

    /// The guesses of a known source from before it was known that count against it, and when their window ends.
    pub fn earlier(&self, known: &KnownSource, source: &Source, now: u64) -> (u32, u64) {
        match self.window(now) {
            Some(account) if !known.is_forgiven(account.window_end()) => {
                (account.from_source(source), account.window_end())
            }
            _ => (0, 0),
        }
    }

    /// The source's own count, if it is known to the user now.
    pub fn known_source(&self, now: u64) -> Option<&KnownSource> {
        self.known.as_ref().filter(|known| known.is_current(now) && known.is_of(self.user_id.as_deref()))
    }

    /// The account's count, if its window has not ended.
    pub fn window(&self, now: u64) -> Option<&FailedLogins> {
        self.account.as_ref().filter(|account| account.is_current(now))
    }

    /// The source's count, if its window has not ended.
    pub fn source_window(&self, now: u64) -> Option<&SourceCount> {
        self.source.as_ref().filter(|source| source.is_current(now))
    }
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;
    use serde_json::{Value, json};

    use super::*;

    const MAX: u32 = 30;
    const OPEN: Limit = Limit::Open;

    fn read<T: DeserializeOwned>(stored: Value) -> Option<T> {
        Some(serde_json::from_value(stored).unwrap())
    }

    fn limit(counts: &GuessCounts) -> Limit {
        counts.limit(&Source::of("192.0.2.1"), MAX, 900)
    }

    #[test]
    fn guesses_of_others_don_t_count_against_a_known_source() {
        let account = read(json!({"failures": 50, "addresses": {"192.0.2.2": 5}, "expiresAt": 1_000}));
        let known = |expires_at| read(json!({"failures": 4, "windowEndsAt": 950, "expiresAt": expires_at}));
        let counts = GuessCounts { account, ..GuessCounts::default() };
        assert_eq!(limit(&counts), Limit::Reached { retry_after: 100 });
        assert_eq!(limit(&GuessCounts { known: known(901), ..counts.clone() }), OPEN);
        assert_eq!(limit(&GuessCounts { known: known(900), ..counts }), Limit::Reached { retry_after: 100 });
    }

    #[test]
    fn failed_logins_to_all_accounts_count_against_any_source() {
        let source = |attempts| read(json!({"attempts": attempts, "expiresAt": 930}));
        let known = read(json!({"failures": 0, "expiresAt": 9_000}));
        for known in [None, known] {
            let counts = GuessCounts { known, ..GuessCounts::default() };
            assert_eq!(limit(&GuessCounts { source: source(29), ..counts.clone() }), OPEN);
            assert_eq!(limit(&GuessCounts { source: source(30), ..counts }), Limit::Reached { retry_after: 30 });
        }
    }

    #[test]
    fn a_confirmed_reset_forgives_what_its_source_guessed_at_any_account() {
        let account = read(json!({"failures": 5, "addresses": {"192.0.2.1": 5}, "expiresAt": 1_000}));
        let source = read(json!({"attempts": 30, "expiresAt": 1_000}));
        let counts = |failures, forgiven_until| {
            let known = json!({"failures": failures, "windowEndsAt": 1_000, "expiresAt": 9_000, "forgivenUntil": forgiven_until});
            GuessCounts { account: account.clone(), known: read(known), source, ..GuessCounts::default() }
        };
        assert_eq!(limit(&counts(4, 1_000)), OPEN);
        for counts in [counts(0, 999), counts(5, 1_000)] {
            assert_eq!(limit(&counts), Limit::Reached { retry_after: 100 });
        }
        // At another account they count on.
        let elsewhere = GuessCounts { source, ..GuessCounts::default() };
        assert_eq!(limit(&elsewhere), Limit::Reached { retry_after: 100 });
    }

    #[test]
    fn a_source_that_is_known_to_another_user_is_not_known() {
        let known: Option<KnownSource> = read(json!({"userId": "u1", "expiresAt": 9_000}));
        for (user_id, is_known) in [(Some("u1"), true), (Some("u2"), false), (None, false)] {
            let user_id = user_id.map(str::to_owned);
            let counts = GuessCounts { user_id, known: known.clone(), ..GuessCounts::default() };
            assert_eq!(counts.known_source(900).is_some(), is_known);
        }
    }

    #[test]
    fn of_two_limits_the_later_end_is_told() {
        let account = read(json!({"failures": 5, "addresses": {"192.0.2.1": 5}, "expiresAt": 1_000}));
        let source = read(json!({"attempts": 30, "expiresAt": 930}));
        let counts = GuessCounts { account, source, ..GuessCounts::default() };
        assert_eq!(limit(&counts), Limit::Reached { retry_after: 100 });
    }
}
