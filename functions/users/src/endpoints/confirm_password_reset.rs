//! `POST /api/users/password-reset/confirm`

use std::process::ExitCode;

use contracts::codes;
use envelope::decode::{Decode, Fields};
use envelope::{Call, Endpoint, Failure, InitError, Reply, serve, timestamp};

use crate::SERVICE;
use crate::domain::mail::Mail;
use crate::domain::mail_token::MailTokenText;
use crate::domain::password::NewPassword;
use crate::domain::source::Source;
use crate::store::{PasswordResets, Users};

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<ConfirmPasswordReset>(SERVICE)
}

struct ConfirmPasswordReset {
    resets: PasswordResets,
    users: Users,
}

struct Confirmation {
    token: MailTokenText,
    new_password: NewPassword,
}

impl Decode for Confirmation {
    const MISSING: &'static str = "Token and new password required";

    fn decode(fields: &mut Fields) -> Option<Self> {
        let token = fields.required("token");
        let new_password = fields.required("newPassword");
        Some(Self { token: token?, new_password: new_password? })
    }
}

impl Endpoint for ConfirmPasswordReset {
    async fn init() -> Result<Self, InitError> {
        Ok(Self { resets: PasswordResets::connect().await?, users: Users::from_env()? })
    }

    /// Nothing is hashed for a token that does not count: that is what costs.
    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let Confirmation { token, new_password } = call.body()?;
        let token = token.read().ok_or_else(invalid)?;
        let valid = self.resets.mails.token(&token, &Mail::PasswordReset, timestamp::epoch_seconds()).await?;
        let valid = valid.ok_or_else(invalid)?;
        let user = self.users.find_by_id(&token.user_id.to_string()).await?.ok_or_else(invalid)?;
        if let Err(reject) = new_password.refuse_personal(Some(&user.email), Some(&user.name)) {
            call.authenticated(&user.id);
            return Err(reject.into_failure("newPassword"));
        }
        let hash = new_password.hash().await?;
        let source = Source::of(call.source_ip());
        if !self.resets.confirm(&token, &user, &hash, &valid, &source, call.time_left()).await? {
            return Err(invalid());
        }
        call.authenticated(&user.id);
        Ok(Reply::no_content())
    }
}

fn invalid() -> Failure {
    Failure::new(codes::INVALID_RESET_TOKEN, "Invalid reset token")
}
