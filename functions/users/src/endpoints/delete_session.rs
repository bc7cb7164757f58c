//! `DELETE /api/users/me/sessions/{id}`

use std::process::ExitCode;

use envelope::{Call, Endpoint, Failure, InitError, Reply, decode, serve};
use idempotency::{Effect, Request, Requests};

use crate::SERVICE;
use crate::store::Sessions;

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<DeleteSession>(SERVICE)
}

struct DeleteSession {
    sessions: Sessions,
    requests: Requests,
}

impl Endpoint for DeleteSession {
    async fn init() -> Result<Self, InitError> {
        Ok(Self { sessions: Sessions::from_env()?, requests: Requests::from_env()? })
    }

    /// The key has the caller's id, so another user's session is not found.
    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let caller = call.identity()?;
        let key = idempotency::without_body(call)?;
        let not_found = || Failure::not_found("Session not found");
        // No session has an id that is no UUID, and a key that is too long would be an error.
        let id = decode::uuid(call.path_parameter("id")).ok_or_else(not_found)?;
        let Some(key) = key else {
            let ended = self.sessions.delete(&caller.id, &id).await?;
            return if ended { Ok(Reply::no_content()) } else { Err(not_found()) };
        };
        let request = Request::new(&caller.id, "delete-session", key, &id)?;
        let effect = async || {
            if !self.sessions.exists(&caller.id, &id).await? {
                return Err(not_found());
            }
            Ok(Effect { actions: vec![self.sessions.ending(&caller.id, &id)?], reply: Reply::no_content() })
        };
        self.requests.once(&request, call.time_left(), effect).await
    }
}
