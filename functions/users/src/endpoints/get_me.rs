//! `GET /api/users/me`

use std::process::ExitCode;

use envelope::{Call, Endpoint, Failure, InitError, Reply, serve};

use crate::SERVICE;
use crate::store::Users;

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<Me>(SERVICE)
}

struct Me {
    users: Users,
}

impl Endpoint for Me {
    async fn init() -> Result<Self, InitError> {
        Ok(Self { users: Users::connect().await? })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let caller = call.identity()?;
        let profile = self.users.profile(&caller.email).await?;
        // The address may have been given up, and taken by someone else, since the token was signed.
        let profile = profile.filter(|profile| profile.id == caller.id).ok_or_else(Failure::invalid_token)?;
        Reply::ok("User retrieved successfully", profile)
    }
}
