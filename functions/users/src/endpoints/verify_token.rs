//! `POST /api/users/auth/verify`

use std::process::ExitCode;

use envelope::{Call, Endpoint, Failure, InitError, Reply, serve};
use serde_json::json;
use signing_keys::{Keys, VerifyError};

use crate::SERVICE;

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<VerifyToken>(SERVICE)
}

/// The route has no authorizer: it verifies the token itself.
struct VerifyToken {
    keys: Keys,
}

impl Endpoint for VerifyToken {
    async fn init() -> Result<Self, InitError> {
        Ok(Self { keys: Keys::read().await? })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let token = call.bearer_token()?;
        let identity = match self.keys.verify(token).await {
            Err(VerifyError::Invalid(_)) => return Err(Failure::invalid_token()),
            outcome => outcome?,
        };
        Reply::ok(
            "Token valid",
            json!({"id": identity.id, "email": identity.email, "name": identity.name, "role": identity.role}),
        )
    }
}
