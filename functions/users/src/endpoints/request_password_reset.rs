//! `POST /api/users/password-reset`

use std::process::ExitCode;

use contracts::payloads::{MailKind, MailRequested};
use envelope::decode::{Decode, Fields};
use envelope::{Call, Endpoint, Failure, InitError, Reply, serve, timestamp};
use events::Event;
use serde_json::json;
use uuid::Uuid;

use crate::SERVICE;
use crate::domain::email::Email;
use crate::domain::limit::Limit;
use crate::domain::source::Source;
use crate::domain::source_count::Action;
use crate::store::{MailRequests, SourceLimit};

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<RequestPasswordReset>(SERVICE)
}

struct RequestPasswordReset {
    requests: MailRequests,
    limit: SourceLimit,
}

struct Request {
    email: Email,
}

impl Decode for Request {
    const MISSING: &'static str = "Email required";

    fn decode(fields: &mut Fields) -> Option<Self> {
        Some(Self { email: fields.required("email")? })
    }
}

impl Endpoint for RequestPasswordReset {
    async fn init() -> Result<Self, InitError> {
        let requests = MailRequests::connect().await?;
        Ok(Self { requests, limit: SourceLimit::from_env(Action::ResetRequest)? })
    }

    /// The same answer after the same work, whoever has the address: no user is looked up here.
    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let Request { email } = call.body()?;
        let source = Source::of(call.source_ip());
        if let Limit::Reached { retry_after } = self.limit.count(&source, timestamp::epoch_seconds()).await? {
            return Err(Failure::too_many_requests("Too many mails requested, try again later", retry_after));
        }
        let requested = MailRequested { kind: MailKind::PasswordReset, user_id: Uuid::now_v7().to_string() };
        self.requests.insert_for_address(&email, &Event::new(SERVICE, requested, call)).await?;
        Reply::accepted("If the address has an account, a mail is on its way", json!({}))
    }
}
