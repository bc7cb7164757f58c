//! `POST /api/users/me/erase`

use std::process::ExitCode;

use contracts::payloads::UserErased;
use envelope::decode::{Decode, Fields};
use envelope::{Call, Endpoint, Failure, InitError, Reply, serve, timestamp};
use events::Event;
use serde_json::json;
use tables::conflict_retries;

use crate::SERVICE;
use crate::domain::email::Email;
use crate::domain::password::GivenPassword;
use crate::domain::source::Source;
use crate::endpoints::change_password::{compare, the_callers};
use crate::endpoints::login::too_many_failures;
use crate::store::{AcceptError, Erasures, GuessOutcome, Logins, stored_user};

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<EraseMe>(SERVICE)
}

struct EraseMe {
    logins: Logins,
    erasures: Erasures,
}

struct Confirmation {
    password: GivenPassword,
}

impl Decode for Confirmation {
    fn decode(fields: &mut Fields) -> Option<Self> {
        Some(Self { password: fields.required("password")? })
    }
}

impl Endpoint for EraseMe {
    async fn init() -> Result<Self, InitError> {
        Ok(Self { logins: Logins::connect().await?, erasures: Erasures::from_env()? })
    }

    /// A stolen token alone erases nothing: the password is asked for, and a wrong one counts as a failed login.
    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let caller = call.identity()?;
        let Confirmation { password } = call.body()?;
        let email = Email::parse(&caller.email).map_err(|_| Failure::invalid_token())?;
        let (source, now) = (Source::of(call.source_ip()), timestamp::epoch_seconds());
        let (user, counts) = self.logins.find(&email, &source).await?;
        let mut user = the_callers(user, caller)?;
        let retries = conflict_retries(call.time_left());
        let guess = match self.logins.count_guess(&email, &source, counts, now, retries).await? {
            GuessOutcome::Counted(guess) => guess,
            GuessOutcome::Refused { retry_after } => return Err(too_many_failures(retry_after)),
        };
        compare(&password, &user).await?;
        let event = Event::new(SERVICE, UserErased { user_id: user.id.clone() }, call);
        loop {
            let writes = self.erasures.writes(&user, &event)?;
            match self.logins.give_back(&guess, writes, conflict_retries(call.time_left())).await {
                Ok(()) => return Reply::accepted("Account is being erased", json!({"id": user.id})),
                // Meanwhile the account has gone, the password was changed, or a login has renewed its hash.
                Err(AcceptError::Conditions(failed)) => user = the_callers(stored_user(failed)?, caller)?,
                Err(AcceptError::Store(error)) => return Err(error.into()),
            }
            compare(&password, &user).await?;
        }
    }
}
