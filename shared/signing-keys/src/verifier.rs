//! Verifies tokens, by public keys alone.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use envelope::{Identity, timestamp};
use identity::{InvalidToken, PublicKey, UnverifiedToken};
use tables::StoreError;

use crate::read_budget::ReadBudget;
use crate::{PublishedKey, PublishedKeys};

/// How long keys are used without reading them again, in seconds. A key that was taken out of the table stops counting
/// within this time.
const REREAD_SECONDS: u64 = 5 * 60;

/// Reads for unknown keys that a process makes at once, and how often one more: forged tokens must not cause a read
/// each. A read brings in every published key, also one that another token asked for, so that however many forged tokens
/// come, a process knows a new key within a [`READ_EVERY`] of its publication.
const READS_AT_ONCE: u32 = 100;
const READ_EVERY: Duration = Duration::from_millis(100);

/// Verifies tokens by the keys in the table.
#[derive(Debug)]
pub struct Verifier {
    keys: PublishedKeys,
    known: RefCell<Vec<PublishedKey>>,
    /// When `known` was read, in seconds since the epoch; 0 if it was not.
    read_at: Cell<u64>,
    budget: ReadBudget,
}

/// Why a token is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It is invalid.
    #[error(transparent)]
    Invalid(#[from] InvalidToken),
    /// The keys could not be read, so it may be valid.
    #[error("the keys could not be read")]
    Unknown(#[from] StoreError),
}

impl Verifier {
    /// Reads the keys in the table that `SIGNING_KEYS_TABLE` names. If that fails, the first token is another try.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub async fn connect() -> Result<Self, aws::ConfigError> {
        let verifier = Self::new(PublishedKeys::from_env()?);
        aws::warm_up("database", verifier.read(timestamp::epoch_seconds())).await;
        Ok(verifier)
    }

    /// Of the keys in this table. None are read yet.
    pub fn new(keys: PublishedKeys) -> Self {
        let budget = ReadBudget::new(READS_AT_ONCE, READ_EVERY);
        Self { keys, known: RefCell::default(), read_at: Cell::new(0), budget }
    }

    /// Verifies a token. If its key is not known, the keys are read again.
    ///
    /// # Errors
    /// [`VerifyError`]
    pub async fn verify(&self, token: &str) -> Result<Identity, VerifyError> {
        let now = timestamp::epoch_seconds();
        let token = UnverifiedToken::read(token)?;
        if let Some(key) = self.key(&token, now).await? {
            Ok(token.verify(&key, now)?)
        } else {
            Err(unknown(&token, now))
        }
    }

    async fn key(&self, token: &UnverifiedToken<'_>, now: u64) -> Result<Option<PublicKey>, StoreError> {
        if now.saturating_sub(self.read_at.get()) >= REREAD_SECONDS {
            self.read(now).await?;
            return Ok(self.find(token.key_id(), now));
        }
        let known = self.find(token.key_id(), now);
        let is_expired = token.has_expired(now).unwrap_or(true);
        if known.is_none() && !is_expired && self.budget.take(Instant::now()) {
            self.read(now).await?;
            return Ok(self.find(token.key_id(), now));
        }
        Ok(known)
    }

    fn find(&self, id: &str, now: u64) -> Option<PublicKey> {
        let known = self.known.borrow();
        let published = known.iter().find(|published| published.key.id() == id && published.expires_at > now)?;
        Some(published.key.clone())
    }

    async fn read(&self, now: u64) -> Result<(), StoreError> {
        self.known.replace(self.keys.current().await?);
        self.read_at.set(now);
        Ok(())
    }
}

/// Why a token without a key is invalid. A key goes with its last token, so an old token is told that it has expired.
fn unknown(token: &UnverifiedToken<'_>, now: u64) -> VerifyError {
    match token.has_expired(now) {
        Ok(true) => InvalidToken::Expired.into(),
        Ok(false) => InvalidToken::UnknownKey.into(),
        Err(error) => error.into(),
    }
}

#[cfg(test)]
mod tests;
