//! `POST /api/users/auth/verify`

use std::process::ExitCode;

use envelope::{Call, Endpoint, Failure, InitError, Reply, serve};
use serde_json::json;

use crate::SERVICE;
use crate::tokens::{TokenVerifier, Verified};

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<VerifyToken>(SERVICE)
}

/// The route has no authorizer: it verifies the token itself.
struct VerifyToken {
    tokens: TokenVerifier,
}

impl Endpoint for VerifyToken {
    async fn init() -> Result<Self, InitError> {
        Ok(Self { tokens: TokenVerifier::connect().await? })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let token = call.bearer_token()?;
        let identity = match self.tokens.verify(token).await? {
            Verified::Proven(identity) => identity,
            Verified::Expired => return Err(Failure::token_expired()),
            Verified::Invalid => return Err(Failure::invalid_token()),
        };
        call.authenticated(&identity.id);
        Reply::ok(
            "Token valid",
            json!({"id": identity.id, "email": identity.email, "name": identity.name, "role": identity.role}),
        )
    }
}
