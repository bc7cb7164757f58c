//! The keys that tokens are signed with, read from AWS Secrets Manager. Only functions that sign or verify tokens need
//! them.
//!
//! A key's id is the version id of its secret ("GetSecretValue" in the Secrets Manager API reference). Rotating the secret
//! needs no deployment: a process that meets a token of an unknown version reads the secret again, and tokens of the
//! previous version stay valid.
//!
//! ```no_run
//! # async fn example(token: &str) -> Result<(), Box<dyn std::error::Error>> {
//! let keys = signing_keys::Keys::read().await?; // in the init phase
//! let identity = keys.verify(token).await?;
//! # Ok(())
//! # }
//! ```

mod secret;

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use envelope::{Identity, Unavailable, timestamp};
use identity::{InvalidToken, Key, KeyRing, NewToken, SignError, WeakKey};
use secret::{Secret, Version};

/// The shortest time between two reads for an unknown `kid`: forged tokens must not cause a read each.
const REREAD_FOR_UNKNOWN_KEY: Duration = Duration::from_secs(10);

/// How often a process that signs looks for a new key: it may never meet an unknown `kid`.
const REREAD_FOR_SIGNING: Duration = Duration::from_secs(5 * 60);

/// The versions `AWSCURRENT` and `AWSPREVIOUS` of the signing secret.
#[derive(Debug)]
pub struct Keys {
    secret: Secret,
    ring: RefCell<KeyRing>,
    read_at: Cell<Instant>,
    /// Whether the last read failed: an unknown key may then be a new one.
    in_doubt: Cell<bool>,
}

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The environment names no secret.
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
    Weak(#[from] WeakKey),
    /// The secret has no value.
    #[error("the signing secret has no SecretString")]
    Empty,
}

/// Why a token is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It is invalid.
    #[error(transparent)]
    Invalid(#[from] InvalidToken),
    /// The keys could not be read, so it may be valid.
    #[error("the keys could not be read: {cause}")]
    Unknown {
        /// Why.
        cause: String,
        /// Makes the response a 503.
        #[source]
        unavailable: Unavailable,
    },
}

impl Keys {
    /// Reads the keys of the secret that `JWT_SECRET_ARN` names. There is no default secret.
    ///
    /// # Errors
    /// [`KeysError`]
    pub async fn read() -> Result<Self, KeysError> {
        let secret = Secret::new(aws::required("JWT_SECRET_ARN")?)?;
        let ring = RefCell::new(read(&secret).await?);
        Ok(Self { secret, ring, read_at: Cell::new(Instant::now()), in_doubt: Cell::new(false) })
    }

    /// Signs with the current key.
    ///
    /// # Errors
    /// [`SignError`]
    pub async fn sign(&self, token: NewToken<'_>) -> Result<String, SignError> {
        if self.read_at.get().elapsed() >= REREAD_FOR_SIGNING {
            // The previous key stays valid for a day after a rotation: there is time to try again.
            if let Err(error) = self.reread().await {
                tracing::warn!(cause = %error, "signing keys were not read again");
            }
        }
        self.ring.borrow().sign(token)
    }

    /// Verifies a token. For a token of an unknown key, the keys are read again.
    ///
    /// # Errors
    /// [`VerifyError`]
    pub async fn verify(&self, token: &str) -> Result<Identity, VerifyError> {
        let verified = self.ring.borrow().verify(token, timestamp::epoch_seconds());
        let Err(InvalidToken::UnknownKey) = verified else { return Ok(verified?) };
        if self.read_at.get().elapsed() >= REREAD_FOR_UNKNOWN_KEY {
            self.reread().await.map_err(|cause| VerifyError::unknown(Some(cause)))?;
            return Ok(self.ring.borrow().verify(token, timestamp::epoch_seconds())?);
        }
        // A valid token must not be refused as invalid because the keys could not be read a moment ago.
        if self.in_doubt.get() { Err(VerifyError::unknown(None)) } else { Ok(verified?) }
    }

    async fn reread(&self) -> Result<(), KeysError> {
        self.read_at.set(Instant::now());
        let ring = read(&self.secret).await;
        self.in_doubt.set(ring.is_err());
        self.ring.replace(ring?);
        Ok(())
    }
}

impl VerifyError {
    fn unknown(cause: Option<KeysError>) -> Self {
        let cause = cause.map_or_else(|| "they could not be read a moment ago".to_owned(), |cause| cause.to_string());
        Self::Unknown { cause, unavailable: Unavailable { service: "secrets" } }
    }
}

async fn read(secret: &Secret) -> Result<KeyRing, KeysError> {
    // A secret that was never rotated has no previous version.
    let versions = tokio::try_join!(secret.version("AWSCURRENT"), secret.version("AWSPREVIOUS"));
    let (current, previous) = versions.map_err(|cause| KeysError::Secret { cause: cause.into() })?;
    let current = current.ok_or(KeysError::Empty)?;
    Ok(KeyRing::new(key(current)?, previous.map(key).transpose()?))
}

fn key(version: Version) -> Result<Key, KeysError> {
    let secret = version.secret_string.ok_or(KeysError::Empty)?;
    Ok(Key::new(version.version_id, secret.into_bytes())?)
}
