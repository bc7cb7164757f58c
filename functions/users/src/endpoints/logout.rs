//! `POST /api/users/auth/logout`

use std::process::ExitCode;

use envelope::{Call, Endpoint, Failure, InitError, Reply, serve};

use crate::SERVICE;
use crate::store::Sessions;

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<Logout>(SERVICE)
}

struct Logout {
    sessions: Sessions,
}

impl Endpoint for Logout {
    async fn init() -> Result<Self, InitError> {
        Ok(Self { sessions: Sessions::from_env()? })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let caller = call.identity()?;
        self.sessions.delete(&caller.id, &caller.session_id).await?;
        Ok(Reply::no_content())
    }
}
