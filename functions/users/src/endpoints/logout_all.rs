//! `POST /api/users/auth/logout-all`

use std::process::ExitCode;

use envelope::{Call, Endpoint, Failure, InitError, Reply, serve};

use crate::SERVICE;
use crate::store::Users;

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<LogoutAll>(SERVICE)
}

struct LogoutAll {
    users: Users,
}

impl Endpoint for LogoutAll {
    async fn init() -> Result<Self, InitError> {
        Ok(Self { users: Users::connect().await? })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let caller = call.identity()?;
        self.users.end_sessions(&caller.email, &caller.id).await?;
        Ok(Reply::no_content())
    }
}
