//! Failed logins of one address within fifteen minutes: the limits, without the database.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Seconds from the first failure until all are forgotten.
pub(super) const WINDOW_SECONDS: u64 = 15 * 60;
/// Failures from one source address.
pub(super) const MOST_FROM_ONE_ADDRESS: u32 = 5;
/// Failures from all of them together.
pub(super) const MOST: u32 = 50;

/// The failures counted so far, whether or not a user has the address.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attempts {
    /// From everywhere.
    pub(super) failures: u32,
    /// By source address.
    pub(super) addresses: BTreeMap<String, u32>,
    /// When they are forgotten, in seconds since the epoch.
    pub(super) expires_at: u64,
}

/// Whether another guess is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    Allowed,
    /// It is not, be it right or wrong.
    Refused {
        /// Seconds until the next.
        retry_after: u64,
    },
}

impl Attempts {
    /// Whether a guess from this source address is heard now.
    pub fn judge(attempts: Option<&Self>, address: &str, now: u64) -> Verdict {
        match attempts {
            Some(attempts) if attempts.is_live(now) && attempts.is_full_for(address) => {
                Verdict::Refused { retry_after: (attempts.expires_at - now).min(WINDOW_SECONDS) }
            }
            _ => Verdict::Allowed,
        }
    }

    pub(super) fn is_live(&self, now: u64) -> bool {
        self.expires_at > now
    }

    fn is_full_for(&self, address: &str) -> bool {
        self.failures >= MOST || self.addresses.get(address).is_some_and(|&failures| failures >= MOST_FROM_ONE_ADDRESS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempts(failures: u32, from_here: u32) -> Attempts {
        Attempts { failures, addresses: BTreeMap::from([("here".to_owned(), from_here)]), expires_at: 1_000 }
    }

    #[test]
    fn five_failures_close_the_door_for_one_address_only() {
        assert_eq!(Attempts::judge(None, "here", 0), Verdict::Allowed);
        assert_eq!(Attempts::judge(Some(&attempts(4, 4)), "here", 900), Verdict::Allowed);
        assert_eq!(Attempts::judge(Some(&attempts(5, 5)), "here", 900), Verdict::Refused { retry_after: 100 });
        assert_eq!(Attempts::judge(Some(&attempts(5, 5)), "there", 900), Verdict::Allowed);
    }

    #[test]
    fn fifty_close_it_for_all() {
        assert_eq!(Attempts::judge(Some(&attempts(50, 1)), "there", 999), Verdict::Refused { retry_after: 1 });
    }

    #[test]
    fn it_opens_when_the_window_ends() {
        assert_eq!(Attempts::judge(Some(&attempts(50, 50)), "here", 1_000), Verdict::Allowed);
    }
}
