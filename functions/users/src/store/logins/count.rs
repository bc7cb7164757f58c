//! Counting a guess before its password is compared.

use aws::retry::RetryBudget;
use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update};
use tables::{Cancellation, StoreError, key, number, string};

use super::{Logins, known_source_key};
use crate::domain::email::Email;
use crate::domain::failed_logins::{FailedLogins, MAX_FROM_ALL_SOURCES, MAX_FROM_ONE_SOURCE};
use crate::domain::guess_counts::GuessCounts;
use crate::domain::known_source::KnownSource;
use crate::domain::limit::{Limit, WINDOW_SECONDS};
use crate::domain::source::Source;
use crate::store::parse;

/// A guess that was counted, so its password may be compared. It stays counted until its windows end, unless it was right
/// and is given back: a function that dies in between leaves it counted.
#[derive(Debug)]
pub struct Guess {
    pub(super) email: Email,
    pub(super) source: Source,
    /// The id of the user who has the address, if anybody has.
    pub(super) user_id: Option<String>,
    /// When it was counted, in seconds since the Unix epoch.
    pub(super) now: u64,
    /// Where it was counted for the account.
    pub(super) count: CountedIn,
    /// End of the account's window (or of the known source's) that counts it, in seconds since the Unix epoch.
    pub(super) window_end: u64,
    /// End of the source's window that counts it, in seconds since the Unix epoch.
    pub(super) source_window_end: u64,
}

/// The count of an account that a guess is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CountedIn {
    /// That of the sources that are not known; other guesses of this source were in it or not.
    Account { alone: bool },
    /// The known source's own.
    KnownSource,
}

/// What became of a guess before its password was compared.
#[derive(Debug)]
pub enum GuessOutcome {
    /// It was counted: its password may be compared.
    Counted(Guess),
    /// Too many were counted already: nothing may be compared.
    Refused {
        /// Seconds until another guess is allowed.
        retry_after: u64,
    },
}

impl Logins {
    /// Counts one guess, unless a limit is reached. `counts` is what [`Logins::find`] read. The write is conditional: if
    /// concurrent guesses have changed a count, or hold it, the limits are checked again by the new one. So of any number at
    /// once, no more than the limits are counted.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn count_guess(
        &self,
        email: &Email,
        source: &Source,
        mut counts: GuessCounts,
        now: u64,
        mut retries: RetryBudget,
    ) -> Result<GuessOutcome, StoreError> {
        loop {
            if let Limit::Reached { retry_after } = counts.limit(source, self.source_limit.max(), now) {
                return Ok(GuessOutcome::Refused { retry_after });
            }
            let (update, guess) = self.counted(email, source, &counts, now);
            let max = counts.max_failed_logins(self.source_limit.max(), now);
            let updates = [update, self.source_limit.add(source, counts.source.as_ref(), max, now)];
            let updates = updates.into_iter().map(|update| {
                let update =
                    update.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
                Ok(TransactWriteItem::builder().update(update.build()?).build())
            });
            let updates = updates.collect::<Result<_, StoreError>>()?;
            let Err(error) = self.client.transact_write_items().set_transact_items(Some(updates)).send().await else {
                return Ok(GuessOutcome::Counted(guess));
            };
            match Cancellation::from_error(error)? {
                Cancellation::Conditions(failed) => {
                    for changed in failed {
                        match (changed.action, guess.count) {
                            (0, CountedIn::Account { .. }) => counts.account = parse(changed.item)?,
                            (0, CountedIn::KnownSource) => counts.known = parse(changed.item)?,
                            _ => counts.source = parse(changed.item)?,
                        }
                    }
                    if counts.limit(source, self.source_limit.max(), now) == Limit::Open {
                        retries.pause().await?;
                    }
                }
                // It says nothing of the counts, which whoever held them may have brought to the limit.
                Cancellation::Conflict => {
                    retries.pause().await?;
                    (_, counts) = self.find(email, source).await?;
                }
            }
        }
    }

    /// The write that counts a guess for its account, and the guess as it is once that is written.
    fn counted(&self, email: &Email, source: &Source, counts: &GuessCounts, now: u64) -> (UpdateBuilder, Guess) {
        let end = now + WINDOW_SECONDS;
        let window = counts.window(now);
        let (update, count, window_end) = match (counts.known_source(now), window) {
            (Some(known), _) => {
                let (earlier, _) = counts.earlier(known, source, now);
                let left = MAX_FROM_ONE_SOURCE.saturating_sub(earlier);
                let window_end = known.window_end(now).unwrap_or(end);
                (self.add_to_known_source(email, source, known, left, now), CountedIn::KnownSource, window_end)
            }
            (None, Some(window)) => {
                let alone = window.from_source(source) == 0;
                (self.add(email, source, window), CountedIn::Account { alone }, window.window_end())
            }
            (None, None) => {
                let update = self.begin_window(email, source, counts.user_id.as_deref(), now);
                (update, CountedIn::Account { alone: true }, end)
            }
        };
        let source_window_end = counts.source_window(now).map_or(end, |window| window.window_end());
        let (email, source, user_id) = (email.clone(), source.clone(), counts.user_id.clone());
        (update, Guess { email, source, user_id, now, count, window_end, source_window_end })
    }

    /// The user's id tells their window from the one of who had the address before, or has it later.
    fn begin_window(&self, email: &Email, source: &Source, user_id: Option<&str>, now: u64) -> UpdateBuilder {
        let by_source = [(source.to_string(), number(1))].into();
        let update = Update::builder().table_name(&self.failed_logins).set_key(Some(key([("email", email.as_str())])));
        let update = match user_id {
            Some(id) => update
                .update_expression("SET failures = :one, addresses = :by_source, expiresAt = :end, userId = :user")
                .expression_attribute_values(":user", string(id)),
            None => {
                update.update_expression("SET failures = :one, addresses = :by_source, expiresAt = :end REMOVE userId")
            }
        };
        update
            .condition_expression("attribute_not_exists(expiresAt) OR expiresAt <= :now")
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":by_source", AttributeValue::M(by_source))
            .expression_attribute_values(":end", number(now + WINDOW_SECONDS))
            .expression_attribute_values(":now", number(now))
    }

    fn add(&self, email: &Email, source: &Source, window: &FailedLogins) -> UpdateBuilder {
        Update::builder()
            .table_name(&self.failed_logins)
            .set_key(Some(key([("email", email.as_str())])))
            .update_expression(
                "SET failures = failures + :one, addresses.#source = if_not_exists(addresses.#source, :zero) + :one",
            )
            .condition_expression(
                "expiresAt = :end AND failures < :max_from_all \
                 AND (attribute_not_exists(addresses.#source) OR addresses.#source < :max_from_one)",
            )
            .expression_attribute_names("#source", source.as_str())
            .expression_attribute_values(":zero", number(0))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":end", number(window.window_end()))
            .expression_attribute_values(":max_from_all", number(MAX_FROM_ALL_SOURCES))
            .expression_attribute_values(":max_from_one", number(MAX_FROM_ONE_SOURCE))
    }

    /// `left` is how many guesses the source has, besides those it made before it was known.
    fn add_to_known_source(
        &self,
        email: &Email,
        source: &Source,
        known: &KnownSource,
        left: u32,
        now: u64,
    ) -> UpdateBuilder {
        let update = Update::builder()
            .table_name(&self.known_sources)
            .set_key(Some(known_source_key(email.as_str(), source)))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":now", number(now));
        match known.window_end(now) {
            None => update
                .update_expression("SET failures = :one, windowEndsAt = :end")
                .condition_expression(
                    "expiresAt > :now AND (attribute_not_exists(windowEndsAt) OR windowEndsAt <= :now)",
                )
                .expression_attribute_values(":end", number(now + WINDOW_SECONDS)),
            Some(end) => update
                .update_expression("SET failures = failures + :one")
                .condition_expression("expiresAt > :now AND windowEndsAt = :end AND failures < :left")
                .expression_attribute_values(":end", number(end))
                .expression_attribute_values(":left", number(left)),
        }
    }
}
