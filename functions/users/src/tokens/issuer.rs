//! The tokens that a login, a registration and a refresh answer with.

use envelope::{Call, InitError, timestamp};
use serde::Serialize;
use signing_keys::{SignError, Signer};

use crate::domain::refresh_token::RefreshToken;
use crate::domain::session::{Account, Client, Session};

/// Makes tokens.
pub(crate) struct TokenIssuer {
    signer: Signer,
    /// How long an access token is valid, in seconds.
    lifetime: u64,
}

/// The tokens of a session, as a client is given them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tokens {
    /// The access token.
    token: String,
    refresh_token: String,
    /// How long the access token is valid, in seconds.
    expires_in: u64,
}

impl TokenIssuer {
    /// Reads the signing secret, and `ACCESS_TOKEN_SECONDS`.
    pub(crate) async fn read() -> Result<Self, InitError> {
        let lifetime = aws::parsed("ACCESS_TOKEN_SECONDS")?;
        Ok(Self { signer: Signer::connect(lifetime).await?, lifetime })
    }

    /// As [`Signer::prepare`].
    ///
    /// # Errors
    /// [`SignError`]
    pub(crate) async fn prepare(&self) -> Result<(), SignError> {
        self.signer.prepare().await
    }

    /// Signs an access token of a session, and gives it with the session's refresh token.
    pub(crate) async fn issue(
        &self,
        account: &Account,
        session: &Session,
        refresh_token: &RefreshToken,
    ) -> Result<Tokens, SignError> {
        let expires_in = session.token_lifetime(self.lifetime, timestamp::epoch_seconds());
        let token = self.signer.sign(account.token(&session.session_id, expires_in)).await?;
        Ok(Tokens { token, refresh_token: refresh_token.to_text(), expires_in })
    }
}

/// Where a call comes from.
pub(crate) fn client_of(call: &Call) -> Client<'_> {
    Client { source_ip: call.source_ip(), user_agent: call.header("user-agent") }
}
