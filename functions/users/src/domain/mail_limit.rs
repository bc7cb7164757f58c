//! How many mails of a kind an address gets.

/// Mails of one kind to one address within an hour.
pub const MAX_AN_HOUR: usize = 3;
/// The hour, in seconds.
pub const WINDOW_SECONDS: u64 = 60 * 60;

/// When the latest mails of a kind to an address were begun, in seconds since the Unix epoch, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecentMails(pub Vec<u64>);

impl RecentMails {
    /// With a mail that begins now; `None` if the address has had as many as it may within the hour that ends now.
    ///
    /// Anyone can ask for mails to somebody else's address, so whenever one is refused, an earlier one's token still counts:
    /// nobody can keep the owner of the address from having one. `token_seconds` is for how long that is. Three at once, with
    /// tokens of half an hour, would leave none for the other half: the last one of an hour has to wait until its token
    /// lasts for the rest of it.
    pub fn with_one_at(&self, now: u64, token_seconds: Option<u64>) -> Option<Self> {
        let mut recent: Vec<u64> = self.0.iter().copied().filter(|begun| begun + WINDOW_SECONDS > now).collect();
        let last_may_begin =
            |first: &u64| first + WINDOW_SECONDS.saturating_sub(token_seconds.unwrap_or(WINDOW_SECONDS));
        let is_too_early =
            recent.len() + 1 == MAX_AN_HOUR && recent.first().is_some_and(|first| now < last_may_begin(first));
        if recent.len() >= MAX_AN_HOUR || is_too_early {
            return None;
        }
        recent.push(now);
        recent.sort_unstable();
        Some(Self(recent))
    }

    /// Without the one that was begun at this time, if there is one: it was not sent.
    pub fn without(&self, begun: u64) -> Self {
        let mut others = self.0.clone();
        if let Some(position) = others.iter().position(|other| *other == begun) {
            others.remove(position);
        }
        Self(others)
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    const HALF: u64 = WINDOW_SECONDS / 2;

    #[test]
    fn of_any_hour_no_more_than_three_mails_are_begun() {
        let mut recent = RecentMails::default();
        for now in [10_000, 10_001, 11_800] {
            recent = recent.with_one_at(now, None).unwrap();
        }
        assert_eq!(recent.with_one_at(13_599, None), None);
        let next = recent.with_one_at(13_600, None).unwrap();
        assert_eq!(next, RecentMails(vec![10_001, 11_800, 13_600]));
        assert_eq!(next.with_one_at(13_600, None), None);
        assert_eq!(next.with_one_at(13_601, None).unwrap().0.len(), 3);
    }

    #[test]
    fn the_third_waits_until_its_token_lasts_for_the_rest_of_the_hour() {
        let two = RecentMails(vec![10_000, 10_001]);
        assert_eq!(two.with_one_at(10_000 + HALF - 1, Some(HALF)), None);
        assert_eq!(two.with_one_at(10_000 + HALF, Some(HALF)).unwrap().0.len(), 3);
        assert_eq!(two.with_one_at(10_002, Some(24 * WINDOW_SECONDS)).unwrap().0.len(), 3);
    }

    #[test]
    fn what_was_not_sent_counts_no_more() {
        assert_eq!(RecentMails(vec![1, 2, 2]).without(2), RecentMails(vec![1, 2]));
        assert_eq!(RecentMails(vec![1]).without(3), RecentMails(vec![1]));
    }

    proptest! {
        /// Requests after pauses of these seconds, whoever asks.
        #[test]
        fn whenever_a_mail_is_refused_the_token_of_another_counts_and_an_hour_has_three(
            pauses in vec(0..2 * HALF, 1..60), token_seconds in HALF..3 * WINDOW_SECONDS,
        ) {
            let (mut recent, mut now, mut begun) = (RecentMails::default(), 1_800_000_000, Vec::new());
            // Most pauses are short: else little is refused.
            for pause in pauses.iter().map(|pause| if pause % 3 == 0 { *pause } else { pause % 240 }) {
                now += pause;
                match recent.with_one_at(now, Some(token_seconds)) {
                    Some(with_this) => {
                        recent = with_this;
                        begun.push(now);
                    }
                    None => prop_assert!(begun.iter().any(|begun| begun + token_seconds > now)),
                }
                prop_assert!(begun.iter().filter(|begun| **begun + WINDOW_SECONDS > now).count() <= MAX_AN_HOUR);
            }
        }
    }
}
