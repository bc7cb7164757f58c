//! The keys that tokens are signed with, as Secrets Manager keeps them: for the functions that sign or verify, and no
//! others.

mod secret;

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use envelope::{Identity, Unavailable, timestamp};
use identity::{InvalidToken, Key, KeyRing, NewToken, SignError, WeakKey};
use secret::{Secret, Version};

/// An unknown `kid` has the keys read again at most this often, so that forged tokens cost nothing.
const REREAD_FOR_UNKNOWN_KEY: Duration = Duration::from_secs(10);

/// A process that only signs never meets an unknown `kid`; it looks for a new key this often.
const REREAD_FOR_SIGNING: Duration = Duration::from_secs(5 * 60);

/// `AWSCURRENT` and `AWSPREVIOUS` of the signing secret. A key's id is its secret's version id, so rotating the
/// secret needs no deployment, and tokens of the version before stay good.
#[derive(Debug)]
pub struct Keys {
    secret: Secret,
    ring: RefCell<KeyRing>,
    read_at: Cell<Instant>,
    /// Whether the last reading failed: an unknown key may then be a good one.
    in_doubt: Cell<bool>,
}

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The environment names no secret.
    #[error("no signing secret is configured")]
    Config(#[from] aws::ConfigError),
    /// Secrets Manager did not give it.
    #[error("the signing secret could not be read from Secrets Manager")]
    Secret {
        /// What it said.
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    /// It is too short.
    #[error("the signing secret is not usable")]
    Weak(#[from] WeakKey),
    /// It has no value.
    #[error("the signing secret has no SecretString")]
    Empty,
}

/// Why a token was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It proves nothing.
    #[error(transparent)]
    Invalid(#[from] InvalidToken),
    /// Nobody can tell: the keys could not be read.
    #[error("the keys could not be read: {cause}")]
    Unknown {
        /// Why.
        cause: String,
        /// Makes the answer a 503.
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
            // The key at hand is good for a day more; one that can't be renewed now is renewed next time.
            if let Err(error) = self.reread().await {
                tracing::warn!(cause = %error, "signing keys were not read again");
            }
        }
        self.ring.borrow().sign(token)
    }

    /// Verifies a token; one signed with a key not known yet has the keys read again.
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
        // A good token must not be called bad because the keys could not be read a moment ago.
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
