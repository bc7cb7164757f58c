//! `GET /api/users/health`

use std::process::ExitCode;

use envelope::{Call, Endpoint, Failure, InitError, Reply, serve};
use tables::health;

use crate::SERVICE;
use crate::store::Users;

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<UsersHealth>(SERVICE)
}

struct UsersHealth {
    users: Users,
}

impl Endpoint for UsersHealth {
    async fn init() -> Result<Self, InitError> {
        Ok(Self { users: Users::from_env()? })
    }

    async fn call(&self, _: &Call) -> Result<Reply, Failure> {
        health(SERVICE, self.users.ping()).await
    }
}
