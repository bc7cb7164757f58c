//! Signs tokens, with keys that are published first.

use std::cell::{Cell, RefCell};

use envelope::{Unavailable, timestamp};
use identity::{NewToken, SigningKey, SigningKeyError};
use tables::StoreError;

use crate::PublishedKeys;
use crate::secret::Secret;

/// How often the secret is read again, in seconds: nothing else tells a process that it has a new version.
const REREAD_SECONDS: u64 = 5 * 60;

/// How soon it is tried again where it could not be read, in seconds.
const RETRY_SECONDS: u64 = 30;

/// How much longer than the token that is about to be signed a key is published, in seconds. A process publishes its key
/// again when this has passed.
const PUBLISHED_BEYOND_SECONDS: u64 = 2 * 60 * 60;

/// Signs with the current version of the secret.
#[derive(Debug)]
pub struct Signer {
    secret: Secret,
    keys: PublishedKeys,
    /// How long tokens are valid, in seconds.
    lifetime: u64,
    current: RefCell<Current>,
    /// When the secret was last read, or was to be. In seconds since the epoch: Lambda may freeze a process for hours,
    /// and a monotonic clock can stand still meanwhile.
    read_at: Cell<u64>,
}

/// The key that signs.
#[derive(Debug, Clone)]
struct Current {
    key: SigningKey,
    /// Until when verifiers have its public key, in seconds since the epoch; 0 if it is not published.
    published_until: u64,
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The environment names no secret or no table.
    #[error("no signing secret is configured")]
    Config(#[from] aws::ConfigError),
    /// The secret could not be read.
    #[error("the signing secret could not be read from Secrets Manager")]
    Secret {
        /// Why.
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The secret is too short.
    #[error("the signing secret is not usable")]
    Unusable(#[from] SigningKeyError),
    /// The secret has no value.
    #[error("the signing secret has no SecretString")]
    Empty,
}

/// Why a token was not signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The public key is not published: nobody could verify the token.
    #[error("the signing key could not be published: {cause}")]
    Unpublished {
        /// Why.
        cause: StoreError,
        /// Makes the response a 503.
        #[source]
        unavailable: Unavailable,
    },
    /// The token could not be encoded.
    #[error(transparent)]
    Encoding(#[from] identity::SignError),
}

impl Signer {
    /// Reads the secret that `JWT_SECRET_ARN` names, for tokens that are valid for `lifetime` seconds; there is no default
    /// secret. The key is published in the table that `SIGNING_KEYS_TABLE` names. If that fails, the first token is
    /// another try.
    ///
    /// # Errors
    /// [`KeyError`]
    pub async fn connect(lifetime: u64) -> Result<Self, KeyError> {
        let secret = Secret::new(aws::required("JWT_SECRET_ARN")?)?;
        let signer = Self::read(secret, PublishedKeys::from_env()?, lifetime).await?;
        aws::warm_up("database", signer.prepare()).await;
        Ok(signer)
    }

    async fn read(secret: Secret, keys: PublishedKeys, lifetime: u64) -> Result<Self, KeyError> {
        let current = RefCell::new(Current { key: read(&secret).await?, published_until: 0 });
        Ok(Self { secret, keys, lifetime, current, read_at: Cell::new(timestamp::epoch_seconds()) })
    }

    /// Publishes the key for the tokens that are signed within a minute: signing them then calls nothing, and can't fail
    /// after something was written for them.
    ///
    /// # Errors
    /// [`SignError::Unpublished`]
    pub async fn prepare(&self) -> Result<(), SignError> {
        let now = timestamp::epoch_seconds();
        self.reread(now).await;
        self.publish(now.saturating_add(self.lifetime).saturating_add(60)).await
    }

    /// Signs a token. Its key is published for at least as long as the token is valid.
    ///
    /// # Errors
    /// [`SignError`]
    pub async fn sign(&self, token: NewToken<'_>) -> Result<String, SignError> {
        self.reread(timestamp::epoch_seconds()).await;
        self.publish(token.expires_at()).await?;
        Ok(self.current.borrow().key.sign(token)?)
    }

    /// Reads the secret again if that is due, and has its key published again: the key's item may be lost, by a restored
    /// table or by hand. If the secret can't be read, the key of before goes on signing.
    async fn reread(&self, now: u64) {
        if now.saturating_sub(self.read_at.get()) < REREAD_SECONDS {
            return;
        }
        self.read_at.set(now);
        match read(&self.secret).await {
            Ok(key) if key.public() != self.key().public() => {
                self.current.replace(Current { key, published_until: 0 });
            }
            Ok(_) => self.current.borrow_mut().published_until = 0,
            Err(error) => {
                self.read_at.set(now - REREAD_SECONDS + RETRY_SECONDS);
                tracing::warn!(cause = %error, "the signing secret was not read again");
            }
        }
    }

    /// Publishes the current key if it is not published until this time, in seconds since the epoch.
    async fn publish(&self, until: u64) -> Result<(), SignError> {
        if self.current.borrow().published_until >= until {
            return Ok(());
        }
        let (key, until) = (self.key(), until.saturating_add(PUBLISHED_BEYOND_SECONDS));
        self.keys.publish(key.public(), until).await.map_err(SignError::unpublished)?;
        self.current.borrow_mut().published_until = until;
        Ok(())
    }

    fn key(&self) -> SigningKey {
        self.current.borrow().key.clone()
    }
}

impl SignError {
    fn unpublished(cause: StoreError) -> Self {
        Self::Unpublished { cause, unavailable: Unavailable { service: "signing keys" } }
    }
}

async fn read(secret: &Secret) -> Result<SigningKey, KeyError> {
    let version = secret.current().await.map_err(|cause| KeyError::Secret { cause: cause.into() })?;
    let version = version.ok_or(KeyError::Empty)?;
    let value = version.secret_string.ok_or(KeyError::Empty)?;
    Ok(SigningKey::derive(version.version_id, value.as_bytes())?)
}

#[cfg(test)]
mod tests;
