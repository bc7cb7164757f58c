//! `POST /api/users/me/verify-email`

use std::process::ExitCode;

use contracts::payloads::{MailKind, MailRequested};
use envelope::{Call, Endpoint, Failure, InitError, Reply, serve, timestamp};
use events::Event;
use idempotency::{Effect, Request, Requests};
use serde_json::json;
use tokio::sync::OnceCell;

use crate::SERVICE;
use crate::domain::email::Email;
use crate::domain::limit::Limit;
use crate::domain::source::Source;
use crate::domain::source_count::Action;
use crate::store::{MailRequests, SourceLimit, Users};

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<RequestVerification>(SERVICE)
}

struct RequestVerification {
    mails: MailRequests,
    users: Users,
    limit: SourceLimit,
    requests: Requests,
}

impl Endpoint for RequestVerification {
    async fn init() -> Result<Self, InitError> {
        let (mails, users) = (MailRequests::connect().await?, Users::from_env()?);
        let (limit, requests) = (SourceLimit::from_env(Action::ResetRequest)?, Requests::from_env()?);
        Ok(Self { mails, users, limit, requests })
    }

    /// It counts as a source's password reset does. Whether the address is verified already, and whether it has had mails enough, is for what sends them to see.
    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let caller = call.identity()?;
        let key = idempotency::without_body(call)?;
        let email = Email::parse(&caller.email).map_err(|_| Failure::invalid_token())?;
        let requested = MailRequested { kind: MailKind::VerifyEmail, user_id: caller.id.clone() };
        let event = Event::new(SERVICE, requested, call);
        let Some(key) = key else {
            self.count(call).await?;
            // The gateway may know the identity of someone who was erased.
            let written = self.mails.insert_for_user(&self.users, &email, &event).await?;
            return if written { reply() } else { Err(Failure::invalid_token()) };
        };
        let request = Request::new(&caller.id, "request-verification", key, &())?;
        let counted = OnceCell::new();
        let effect = async || {
            counted.get_or_try_init(|| self.count(call)).await?;
            let profile = self.users.profile(&caller.email).await?.filter(|profile| profile.id == caller.id);
            profile.ok_or_else(Failure::invalid_token)?;
            Ok(Effect { actions: self.mails.for_user(&self.users, &email, &event)?, reply: reply()? })
        };
        self.requests.once(&request, call.time_left(), effect).await
    }
}

impl RequestVerification {
    /// Counts the request.
    ///
    /// # Errors
    /// 429 if its source has made too many.
    async fn count(&self, call: &Call) -> Result<(), Failure> {
        let source = Source::of(call.source_ip());
        match self.limit.count(&source, timestamp::epoch_seconds()).await? {
            Limit::Reached { retry_after } => {
                Err(Failure::too_many_requests("Too many mails requested, try again later", retry_after))
            }
            Limit::Open => Ok(()),
        }
    }
}

fn reply() -> Result<Reply, Failure> {
    Reply::accepted("Verification mail requested", json!({}))
}
