//! `GET /api/users/me`

use std::process::ExitCode;

use envelope::{Caching, Call, Endpoint, Failure, InitError, Reply, serve};

use crate::SERVICE;
use crate::store::Users;

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<GetMe>(SERVICE)
}

struct GetMe {
    users: Users,
}

impl Endpoint for GetMe {
    const CACHING: Caching = Caching::Private;

    async fn init() -> Result<Self, InitError> {
        Ok(Self { users: Users::connect().await? })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let caller = call.identity()?;
        let profile = self.users.profile(&caller.email).await?;
        // Since the token was signed, the account may have gone and its address been registered by someone else.
        let profile = profile.filter(|profile| profile.id == caller.id).ok_or_else(Failure::invalid_token)?;
        Reply::ok("User retrieved successfully", profile)
    }
}
