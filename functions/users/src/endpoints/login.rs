//! `POST /api/users/login`

use std::process::ExitCode;

use envelope::decode::{Decode, Fields};
use envelope::{Call, Endpoint, Failure, InitError, Reply, serve, timestamp};
use serde::Serialize;
use signing_keys::Keys;

use crate::SERVICE;
use crate::domain::email::Email;
use crate::domain::failed_logins::{FailedLogins, LoginLimit};
use crate::domain::name::Name;
use crate::domain::password::GivenPassword;
use crate::store::Logins;

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<Login>(SERVICE)
}

struct Login {
    logins: Logins,
    keys: Keys,
}

struct Credentials {
    email: Email,
    password: GivenPassword,
}

impl Decode for Credentials {
    const MISSING: &'static str = "Email and password required";

    fn decode(fields: &mut Fields) -> Option<Self> {
        let email = fields.required("email");
        let password = fields.required("password");
        Some(Self { email: email?, password: password? })
    }
}

impl Endpoint for Login {
    async fn init() -> Result<Self, InitError> {
        let (logins, keys) = tokio::join!(Logins::connect(), Keys::read());
        Ok(Self { logins: logins?, keys: keys? })
    }

    /// An unknown address and a wrong password get the same answer after the same amount of work. A wrong password is
    /// answered only after a conditional write has counted it. So however many logins are sent at once, no more than the
    /// limit learn that their password was wrong; the others get 429 and learn nothing.
    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let Credentials { email, password } = call.body()?;
        let now = timestamp::epoch_seconds();
        let (user, failed) = self.logins.find(&email).await?;
        if let LoginLimit::Reached { retry_after } = FailedLogins::limit(failed.as_ref(), call.source_ip(), now) {
            return Err(too_many_failures(retry_after));
        }
        let hash = user.as_ref().map(|user| user.password_hash.clone());
        let matches = password.matches(hash).await?;
        let Some(user) = user.filter(|_| matches) else {
            return Err(self.refuse(call, &email, failed, now).await?);
        };
        let token = self.keys.sign(user.token()).await?;
        let data = LoggedIn { user: LoggedInUser { id: &user.id, email: &user.email, name: &user.name }, token };
        Reply::ok("Login successful", data)
    }
}

impl Login {
    /// Counts a login with a wrong password, and gives its answer.
    async fn refuse(
        &self,
        call: &Call,
        email: &Email,
        failed: Option<FailedLogins>,
        now: u64,
    ) -> Result<Failure, Failure> {
        Ok(match self.logins.count_failure(email, call.source_ip(), failed, now).await? {
            LoginLimit::Open => Failure::invalid_credentials().metric("LoginsRefused"),
            LoginLimit::Reached { retry_after } => too_many_failures(retry_after),
        })
    }
}

fn too_many_failures(retry_after: u64) -> Failure {
    Failure::too_many_requests("Too many failed logins, try again later", retry_after).metric("LoginsRefused")
}

#[derive(Serialize)]
struct LoggedIn<'a> {
    user: LoggedInUser<'a>,
    token: String,
}

#[derive(Serialize)]
struct LoggedInUser<'a> {
    id: &'a str,
    email: &'a Email,
    name: &'a Name,
}
