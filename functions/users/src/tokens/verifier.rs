//! Verifies access tokens: their signature, and the session and the user behind them.

use envelope::{Identity, InitError};
use identity::InvalidToken;
use signing_keys::{Verifier, VerifyError};
use tables::StoreError;

use crate::store::ActiveSessions;

/// Verifies access tokens.
pub(crate) struct TokenVerifier {
    keys: Verifier,
    sessions: ActiveSessions,
}

/// What a token turned out to be.
pub(crate) enum Verified {
    /// It proves this identity: the user as they are now.
    Proven(Identity),
    /// Its own time is over.
    Expired,
    /// It is malformed or forged, its session has ended, or its user is gone.
    Invalid,
}

/// Why nobody knows what a token is.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VerifierError {
    /// The keys could not be read.
    #[error(transparent)]
    Keys(VerifyError),
    /// The session and the user could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl TokenVerifier {
    /// Reads the public keys, and opens the connection to the tables.
    pub(crate) async fn connect() -> Result<Self, InitError> {
        let (keys, sessions) = tokio::join!(Verifier::connect(), ActiveSessions::connect());
        Ok(Self { keys: keys?, sessions: sessions? })
    }

    /// Verifies a token. Only a good signature is worth a read of the tables.
    pub(crate) async fn verify(&self, token: &str) -> Result<Verified, VerifierError> {
        let identity = match self.keys.verify(token).await {
            Ok(identity) => identity,
            Err(VerifyError::Invalid(InvalidToken::Expired)) => return Ok(Verified::Expired),
            Err(VerifyError::Invalid(_)) => return Ok(Verified::Invalid),
            Err(error) => return Err(VerifierError::Keys(error)),
        };
        let found = self.sessions.find(&identity.id, &identity.session_id, &identity.email).await?;
        Ok(found.map_or(Verified::Invalid, |(_, account)| Verified::Proven(account.identity(&identity))))
    }
}
