//! `POST /api/users/auth/refresh`

use std::process::ExitCode;

use envelope::decode::{Decode, Fields};
use envelope::{Call, Code, Endpoint, Failure, InitError, Reply, serve};

use crate::SERVICE;
use crate::domain::refresh_token::GivenRefreshToken;
use crate::store::ActiveSessions;
use crate::tokens::TokenIssuer;

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<RefreshToken>(SERVICE)
}

struct RefreshToken {
    sessions: ActiveSessions,
    tokens: TokenIssuer,
}

struct Refresh {
    refresh_token: GivenRefreshToken,
}

impl Decode for Refresh {
    fn decode(fields: &mut Fields) -> Option<Self> {
        let refresh_token = fields.required("refreshToken");
        Some(Self { refresh_token: refresh_token? })
    }
}

impl Endpoint for RefreshToken {
    async fn init() -> Result<Self, InitError> {
        let (sessions, tokens) = tokio::join!(ActiveSessions::connect(), TokenIssuer::read());
        Ok(Self { sessions: sessions?, tokens: tokens? })
    }

    /// A function that ends between its write and its answer leaves nothing behind: the same request gets the same answer
    /// within ten seconds.
    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let Refresh { refresh_token: GivenRefreshToken(given) } = call.body()?;
        let given = given.ok_or_else(invalid)?;
        // Before the token counts as used: what is used up without an answer ends the session later.
        self.tokens.prepare().await?;
        let refreshed = self.sessions.refresh(&given).await?.ok_or_else(invalid)?;
        call.authenticated(&refreshed.account.id);
        let tokens = self.tokens.issue(&refreshed.account, &refreshed.session, &refreshed.token).await?;
        Reply::ok("Token refreshed", tokens)
    }
}

/// The same answer for a token that was used, has expired or was never given.
fn invalid() -> Failure {
    Failure::new(Code::INVALID_TOKEN, "Invalid refresh token")
}
