//! `PUT /api/users/me/password`

use std::process::ExitCode;
use std::time::Duration;

use envelope::decode::{Decode, Fields};
use envelope::{Call, Endpoint, Failure, Identity, InitError, Reply, serve, timestamp};
use tables::conflict_retries;

use crate::SERVICE;
use crate::domain::email::Email;
use crate::domain::password::{GivenPassword, NewPassword};
use crate::domain::source::Source;
use crate::domain::user::User;
use crate::endpoints::login::too_many_failures;
use crate::store::{AcceptError, GuessOutcome, Logins, stored_user};

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<ChangePassword>(SERVICE)
}

struct ChangePassword {
    logins: Logins,
}

struct Passwords {
    current: GivenPassword,
    new: NewPassword,
}

impl Decode for Passwords {
    fn decode(fields: &mut Fields) -> Option<Self> {
        let current = fields.required("currentPassword");
        let new = fields.required("newPassword");
        Some(Self { current: current?, new: new? })
    }
}

impl Endpoint for ChangePassword {
    async fn init() -> Result<Self, InitError> {
        Ok(Self { logins: Logins::connect().await? })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let caller = call.identity()?;
        let passwords = call.body()?;
        self.change(caller, passwords, &Source::of(call.source_ip()), call.time_left()).await?;
        Ok(Reply::no_content())
    }
}

impl ChangePassword {
    /// The current password is a guess like one at a login, and counted as such before it is compared: who has found a
    /// token must not find the password out.
    async fn change(
        &self,
        caller: &Identity,
        Passwords { current, new }: Passwords,
        source: &Source,
        time_left: Duration,
    ) -> Result<(), Failure> {
        let retries = conflict_retries(time_left);
        let now = timestamp::epoch_seconds();
        let email = Email::parse(&caller.email).map_err(|_| Failure::invalid_token())?;
        let (user, counts) = self.logins.find(&email, source).await?;
        let mut user = the_callers(user, caller)?;
        new.refuse_personal(Some(&user.email), Some(&user.name))
            .map_err(|reject| reject.into_failure("newPassword"))?;
        let guess = match self.logins.count_guess(&email, source, counts, now, retries.clone()).await? {
            GuessOutcome::Counted(guess) => guess,
            GuessOutcome::Refused { retry_after } => return Err(too_many_failures(retry_after)),
        };
        compare(&current, &user).await?;
        let hash = new.hash().await.map_err(Failure::from);
        let hash = self.logins.or_give_back(&guess, hash, time_left).await?;
        loop {
            let write = self.logins.change_password(&user, &hash, &caller.session_id)?;
            match self.logins.give_back(&guess, vec![write], retries.clone()).await {
                Ok(()) => return Ok(()),
                // Meanwhile the password was changed, or a login has renewed its hash.
                Err(AcceptError::Conditions(failed)) => user = the_callers(stored_user(failed)?, caller)?,
                Err(AcceptError::Store(error)) => return Err(error.into()),
            }
            compare(&current, &user).await?;
        }
    }
}

/// Since the token was signed, the account may have gone and its address been registered by someone else.
pub(super) fn the_callers(user: Option<User>, caller: &Identity) -> Result<User, Failure> {
    user.filter(|user| user.id == caller.id).ok_or_else(Failure::invalid_token)
}

/// Compares a password with the user's. A wrong one is a failed login.
pub(super) async fn compare(current: &GivenPassword, user: &User) -> Result<(), Failure> {
    if current.matches(Some(user.password_hash.clone())).await? {
        return Ok(());
    }
    Err(Failure::invalid_credentials().metric("LoginsRefused"))
}

#[cfg(test)]
mod tests;
