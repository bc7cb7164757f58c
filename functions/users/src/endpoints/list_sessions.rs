//! `GET /api/users/me/sessions`

use std::process::ExitCode;

use envelope::{Caching, Call, Endpoint, Failure, InitError, Reply, serve};
use serde::Serialize;

use crate::SERVICE;
use crate::domain::session::Session;
use crate::store::SessionList;

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<ListSessions>(SERVICE)
}

struct ListSessions {
    sessions: SessionList,
}

impl Endpoint for ListSessions {
    const CACHING: Caching = Caching::Private;

    async fn init() -> Result<Self, InitError> {
        Ok(Self { sessions: SessionList::connect().await? })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let caller = call.identity()?;
        let sessions = self.sessions.newest(&caller.id, &caller.email).await?;
        let rows: Vec<Row> = sessions.into_iter().map(|session| row(session, &caller.session_id)).collect();
        Reply::ok("Sessions retrieved successfully", rows)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    id: String,
    created_at: String,
    last_used_at: String,
    source_ip: String,
    user_agent: String,
    /// Whether the request belongs to this session.
    current: bool,
}

fn row(session: Session, current: &str) -> Row {
    let current = session.session_id == current;
    let Session { session_id: id, created_at, last_used_at, source_ip, user_agent, .. } = session;
    Row { id, created_at, last_used_at, source_ip, user_agent, current }
}
