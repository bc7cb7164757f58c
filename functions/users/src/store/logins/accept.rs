//! Giving a guess back whose password was right, in one transaction with what it allows.

use std::time::Duration;

use aws::retry::RetryBudget;
use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use aws_sdk_dynamodb::types::{Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update};
use envelope::Failure;
use tables::{Cancellation, FailedCondition, StoreError, conflict_retries, key, number, string};

use super::attempts::Attempts;
use super::count::{CountedIn, Guess};
use super::{Logins, known_source_key};
use crate::domain::email::Email;
use crate::domain::failed_logins::FailedLogins;
use crate::domain::known_source::KNOWN_SECONDS;
use crate::domain::limit::WINDOW_SECONDS;
use crate::domain::source::Source;
use crate::domain::user::User;
use crate::store::parse;

/// How long a guess is given back once the transaction it was a part of has failed; two thirds of this go to retries.
const ALONE_WITHIN: Duration = Duration::from_millis(900);

/// Why nothing was written after a right guess.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// Conditions of the caller's own writes did not hold. The guess stays counted.
    #[error("a condition does not hold")]
    Conditions(Vec<FailedCondition>),
    /// DynamoDB failed. The guess stays counted if it may have been given back, as after a lost answer, or if that failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a transaction was not made, as far as is known.
enum TransactError {
    /// Nothing was written.
    Nothing(StoreError),
    /// See there.
    Accept(AcceptError),
}

impl From<StoreError> for TransactError {
    fn from(error: StoreError) -> Self {
        Self::Accept(error.into())
    }
}

/// An item that is changed when a guess is given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    /// Takes the guess from the account's count.
    Account,
    /// Marks the source as known and takes the guess from its count, if it was counted there.
    KnownSource,
    /// Takes the guess from the source's count.
    Source,
}

/// How a count gives a guess back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Return {
    /// The source's entry goes: the guess was its only one.
    Remove,
    /// One less.
    Subtract,
    /// Not at all: its window is over.
    Nothing,
}

impl Return {
    /// How the account's count gives the guess back as it is now: others may have guessed from the source in the meantime,
    /// or the window may be over.
    fn from_account(guess: &Guess, account: Option<FailedLogins>) -> Self {
        let window = account.filter(|account| account.window_end() == guess.window_end);
        match window.map_or(0, |window| window.from_source(&guess.source)) {
            0 => Self::Nothing,
            1 => Self::Remove,
            _ => Self::Subtract,
        }
    }
}

/// How each count gives a guess back.
#[derive(Debug, Clone, Copy)]
struct Returns {
    of_account: Return,
    of_source: Return,
}

impl Logins {
    /// After a right guess that logs in: `writes`, the guess given back and its source marked as known, all in one
    /// transaction.
    ///
    /// # Errors
    /// [`AcceptError`]
    pub async fn log_in(
        &self,
        guess: &Guess,
        writes: Vec<TransactWriteItem>,
        retries: RetryBudget,
    ) -> Result<(), AcceptError> {
        self.accept(guess, writes, true, retries).await
    }

    /// After a right guess that logs nobody in: `writes` and the guess given back, in one transaction.
    ///
    /// # Errors
    /// [`AcceptError`]
    pub async fn give_back(
        &self,
        guess: &Guess,
        writes: Vec<TransactWriteItem>,
        retries: RetryBudget,
    ) -> Result<(), AcceptError> {
        self.accept(guess, writes, false, retries).await
    }

    /// `outcome` is what came after a right guess, before anything of it was written. If it failed, the guess is given back:
    /// whoever knows the password is not locked out by what they can't help.
    ///
    /// # Errors
    /// That of `outcome`
    pub async fn or_give_back<T>(
        &self,
        guess: &Guess,
        outcome: Result<T, Failure>,
        time_left: Duration,
    ) -> Result<T, Failure> {
        if outcome.is_err() {
            self.give_back_alone(guess, conflict_retries(time_left)).await;
        }
        outcome
    }

    async fn give_back_alone(&self, guess: &Guess, retries: RetryBudget) {
        if let Err(TransactError::Nothing(error) | TransactError::Accept(AcceptError::Store(error))) =
            self.transact(guess, &[], false, retries).await
        {
            tracing::warn!(%error, "a right guess stays counted");
        }
    }

    async fn accept(
        &self,
        guess: &Guess,
        writes: Vec<TransactWriteItem>,
        logs_in: bool,
        retries: RetryBudget,
    ) -> Result<(), AcceptError> {
        match self.transact(guess, &writes, logs_in, retries).await {
            Ok(()) => Ok(()),
            Err(TransactError::Accept(error)) => Err(error),
            Err(TransactError::Nothing(error)) => {
                if !writes.is_empty() {
                    self.give_back_alone(guess, conflict_retries(ALONE_WITHIN)).await;
                }
                Err(error.into())
            }
        }
    }

    async fn transact(
        &self,
        guess: &Guess,
        writes: &[TransactWriteItem],
        logs_in: bool,
        mut retries: RetryBudget,
    ) -> Result<(), TransactError> {
        let of_account = match guess.count {
            CountedIn::Account { alone: true } => Return::Remove,
            _ => Return::Subtract,
        };
        let mut returns = Returns { of_account, of_source: Return::Subtract };
        loop {
            let changes = self.changes(guess, returns, logs_in);
            let mut actions = writes.to_vec();
            for (_, update) in &changes {
                let update = update.clone().build().map_err(StoreError::from)?;
                actions.push(TransactWriteItem::builder().update(update).build());
            }
            if actions.is_empty() {
                return Ok(());
            }
            let attempts = Attempts::default();
            let transaction = self.client.transact_write_items().set_transact_items(Some(actions));
            let Err(error) = transaction.customize().interceptor(attempts.clone()).send().await else {
                return Ok(());
            };
            let cancellation = Cancellation::from_error(error).map_err(|error| match attempts.all_refused() {
                true => TransactError::Nothing(error),
                false => error.into(),
            })?;
            if let Cancellation::Conditions(failed) = cancellation {
                let (own, callers): (Vec<_>, Vec<_>) =
                    failed.into_iter().partition(|failed| failed.action >= writes.len());
                if !callers.is_empty() {
                    return Err(TransactError::Accept(AcceptError::Conditions(callers)));
                }
                for failed in own {
                    match changes[failed.action - writes.len()].0 {
                        Change::Account => returns.of_account = Return::from_account(guess, parse(failed.item)?),
                        Change::KnownSource => returns.of_account = Return::Nothing,
                        Change::Source => returns.of_source = Return::Nothing,
                    }
                }
            }
            retries.pause().await.map_err(|exhausted| TransactError::Nothing(exhausted.into()))?;
        }
    }

    fn changes(&self, guess: &Guess, returns: Returns, logs_in: bool) -> Vec<(Change, UpdateBuilder)> {
        let Returns { of_account, of_source } = returns;
        let mut changes = Vec::new();
        match guess.count {
            CountedIn::Account { .. } => {
                changes.extend(self.return_to_account(guess, of_account).map(|update| (Change::Account, update)));
                if logs_in {
                    changes.push((Change::KnownSource, self.mark_known(guess)));
                }
            }
            CountedIn::KnownSource => {
                let update = self.return_to_known_source(guess, of_account, logs_in);
                changes.extend(update.map(|update| (Change::KnownSource, update)));
            }
        }
        if of_source != Return::Nothing {
            let update = self.source_limit.give_back(&guess.source, guess.source_window_end);
            changes.push((Change::Source, update));
        }
        changes
    }

    /// Takes the guess from the account's count. An entry that gets to zero is removed, so that an item has no more entries
    /// than guesses.
    fn return_to_account(&self, guess: &Guess, of_account: Return) -> Option<UpdateBuilder> {
        let (update, condition) = match of_account {
            Return::Remove => (
                "SET failures = failures - :one REMOVE addresses.#source",
                "expiresAt = :end AND addresses.#source = :one",
            ),
            Return::Subtract => (
                "SET failures = failures - :one, addresses.#source = addresses.#source - :one",
                "expiresAt = :end AND addresses.#source > :one",
            ),
            Return::Nothing => return None,
        };
        let update = Update::builder()
            .table_name(&self.failed_logins)
            .set_key(Some(key([("email", guess.email.as_str())])))
            .update_expression(update)
            .condition_expression(condition)
            .expression_attribute_names("#source", guess.source.as_str())
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":end", number(guess.window_end))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        Some(update)
    }

    fn return_to_known_source(&self, guess: &Guess, of_account: Return, logs_in: bool) -> Option<UpdateBuilder> {
        if of_account == Return::Nothing {
            return logs_in.then(|| self.mark_known(guess));
        }
        let update = Update::builder()
            .table_name(&self.known_sources)
            .set_key(Some(known_source_key(guess.email.as_str(), &guess.source)))
            .condition_expression("windowEndsAt = :end AND failures >= :one")
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":end", number(guess.window_end));
        Some(if logs_in {
            known_to(update, guess, "SET failures = failures - :one, expiresAt = :until")
        } else {
            update.update_expression("SET failures = failures - :one")
        })
    }

    /// Marks the source as one that the account is used from.
    fn mark_known(&self, guess: &Guess) -> UpdateBuilder {
        let update = Update::builder()
            .table_name(&self.known_sources)
            .set_key(Some(known_source_key(guess.email.as_str(), &guess.source)));
        known_to(update, guess, "SET expiresAt = :until")
    }
}

/// An update of a known source with this expression, which says how long and to which user it is known.
fn known_to(update: UpdateBuilder, guess: &Guess, expression: &str) -> UpdateBuilder {
    let update = update.expression_attribute_values(":until", number(guess.now + KNOWN_SECONDS));
    match &guess.user_id {
        Some(id) => update
            .update_expression(format!("{expression}, userId = :user"))
            .expression_attribute_values(":user", string(id)),
        None => update.update_expression(expression),
    }
}

/// Marks a source, in the table of known sources, as the one that a new user has registered from. Nobody has guessed at their
/// password yet: what an earlier user of the address has left there is replaced.
///
/// # Errors
/// [`StoreError`]
pub fn mark_registered(table: &str, user: &User, source: &Source, now: u64) -> Result<TransactWriteItem, StoreError> {
    let put = Put::builder()
        .table_name(table)
        .set_item(Some(known_source_key(user.email.as_str(), source)))
        .item("userId", string(&user.id))
        .item("expiresAt", number(now + KNOWN_SECONDS));
    Ok(TransactWriteItem::builder().put(put.build()?).build())
}

/// Marks a source, in the table of known sources, as one from which a user has confirmed a password reset: they read the
/// account's mail, so what they guessed before counts no longer. A guess under way finds its window gone, and reads again.
pub fn mark_confirmed(table: &str, email: &Email, user_id: &str, source: &Source, now: u64) -> UpdateBuilder {
    Update::builder()
        .table_name(table)
        .set_key(Some(known_source_key(email.as_str(), source)))
        .update_expression(
            "SET expiresAt = :until, userId = :user, forgivenUntil = :forgiven REMOVE failures, windowEndsAt",
        )
        .expression_attribute_values(":until", number(now + KNOWN_SECONDS))
        .expression_attribute_values(":user", string(user_id))
        // No window that is open now ends later.
        .expression_attribute_values(":forgiven", number(now + WINDOW_SECONDS))
}
