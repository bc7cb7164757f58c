//! `POST /api/users/verify-email`

use std::process::ExitCode;

use contracts::codes;
use envelope::decode::{Decode, Fields};
use envelope::{Call, Endpoint, Failure, InitError, Reply, serve, timestamp};
use serde::Serialize;

use crate::SERVICE;
use crate::domain::mail::Mail;
use crate::domain::mail_token::MailTokenText;
use crate::store::Mails;

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<VerifyEmail>(SERVICE)
}

struct VerifyEmail {
    mails: Mails,
}

struct Verification {
    token: MailTokenText,
}

impl Decode for Verification {
    const MISSING: &'static str = "Token required";

    fn decode(fields: &mut Fields) -> Option<Self> {
        Some(Self { token: fields.required("token")? })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Verified {
    email_verified: bool,
}

impl Endpoint for VerifyEmail {
    async fn init() -> Result<Self, InitError> {
        Ok(Self { mails: Mails::connect().await? })
    }

    /// The token counts for the user it was sent to alone. Else whoever registered somebody else's address would have it
    /// verified by that person's click. It can be used again: a client that heard no answer asks once more.
    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let caller = call.identity()?;
        let Verification { token } = call.body()?;
        let token = token.read().filter(|token| token.user_id.to_string() == caller.id);
        let token = token.ok_or_else(invalid)?;
        let valid = self.mails.token(&token, &Mail::VerifyEmail, timestamp::epoch_seconds()).await?;
        if !self.mails.verify(&caller.id, &caller.email, &valid.ok_or_else(invalid)?).await? {
            return Err(invalid());
        }
        Reply::ok("Email address verified", Verified { email_verified: true })
    }
}

fn invalid() -> Failure {
    Failure::new(codes::INVALID_VERIFICATION_TOKEN, "Invalid verification token")
}
