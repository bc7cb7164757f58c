//! `POST /api/users/login`

use std::process::ExitCode;
use std::time::Duration;

use aws_sdk_dynamodb::types::TransactWriteItem;
use envelope::decode::{Decode, Fields};
use envelope::{Call, Endpoint, Failure, InitError, Reply, serve, timestamp};
use serde::Serialize;
use tables::conflict_retries;

use crate::SERVICE;
use crate::domain::email::Email;
use crate::domain::name::Name;
use crate::domain::password::GivenPassword;
use crate::domain::session::Session;
use crate::domain::source::Source;
use crate::domain::user::User;
use crate::store::{AcceptError, Guess, GuessOutcome, Logins, Sessions};
use crate::tokens::{TokenIssuer, Tokens, client_of};

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<Login>(SERVICE)
}

struct Login {
    logins: Logins,
    sessions: Sessions,
    tokens: TokenIssuer,
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
        let (logins, tokens) = tokio::join!(Logins::connect(), TokenIssuer::read());
        Ok(Self { logins: logins?, sessions: Sessions::from_env()?, tokens: tokens? })
    }

    /// A guess is counted before it is compared, and given back if it was right. So however many logins are sent at once, no
    /// more than the limit are compared; the others get 429 and learn nothing. An unknown address and a wrong password get
    /// the same answer after the same amount of work.
    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let Credentials { email, password } = call.body()?;
        let (source, now) = (Source::of(call.source_ip()), timestamp::epoch_seconds());
        let (user, counts) = self.logins.find(&email, &source).await?;
        let retries = conflict_retries(call.time_left());
        let guess = match self.logins.count_guess(&email, &source, counts, now, retries).await? {
            GuessOutcome::Counted(guess) => guess,
            GuessOutcome::Refused { retry_after } => return Err(too_many_failures(retry_after)),
        };
        let hash = user.as_ref().map(|user| user.password_hash.clone());
        let matches = password.matches(hash).await?;
        let Some(user) = user.filter(|_| matches) else {
            return Err(Failure::invalid_credentials().metric("LoginsRefused"));
        };
        call.authenticated(&user.id);
        let prepared = self.prepare(call, &user, password).await;
        let Prepared { tokens, session, renewal } =
            self.logins.or_give_back(&guess, prepared, call.time_left()).await?;
        self.begin(&guess, session, renewal, call.time_left()).await?;
        let data = LoggedIn { user: LoggedInUser { id: &user.id, email: &user.email, name: &user.name }, tokens };
        Reply::ok("Login successful", data)
    }
}

/// What a login answers with and writes.
struct Prepared {
    tokens: Tokens,
    /// The session's item, and the check that its user is there.
    session: [TransactWriteItem; 2],
    renewal: Option<TransactWriteItem>,
}

impl Login {
    /// Signed before anything is written: without a signature, no session is left behind.
    async fn prepare(&self, call: &Call, user: &User, password: GivenPassword) -> Result<Prepared, Failure> {
        let (session, refresh_token) = Session::begin(user, client_of(call))?;
        let tokens = self.tokens.issue(&user.account(), &session, &refresh_token).await?;
        let renewal = match user.password_hash.needs_renewal() {
            true => Some(self.logins.renew_hash(user, &password.hash().await?)?),
            false => None,
        };
        Ok(Prepared { tokens, session: [self.sessions.put(&session)?, self.logins.exists(user)?], renewal })
    }

    /// Begins the session and renews the password's hash. The hash stays as it is if it has changed since it was read: by
    /// another login, or with the password, and then the session is over by its generation. A user who was erased since gets
    /// the answer of an address that nobody has.
    async fn begin(
        &self,
        guess: &Guess,
        [session, exists]: [TransactWriteItem; 2],
        renewal: Option<TransactWriteItem>,
        time_left: Duration,
    ) -> Result<(), Failure> {
        let retries = conflict_retries(time_left);
        if let Some(renewal) = renewal {
            match self.logins.log_in(guess, vec![session.clone(), renewal], retries.clone()).await {
                Err(AcceptError::Conditions(_)) => {}
                outcome => return Ok(outcome?),
            }
        }
        match self.logins.log_in(guess, vec![session, exists], retries).await {
            Err(AcceptError::Conditions(_)) => Err(Failure::invalid_credentials().metric("LoginsRefused")),
            outcome => Ok(outcome?),
        }
    }
}

/// Nothing is compared: too many logins to the account, or from the source, have failed.
pub(super) fn too_many_failures(retry_after: u64) -> Failure {
    Failure::too_many_requests("Too many failed logins, try again later", retry_after).metric("LoginsRefused")
}

#[derive(Serialize)]
struct LoggedIn<'a> {
    user: LoggedInUser<'a>,
    #[serde(flatten)]
    tokens: Tokens,
}

#[derive(Serialize)]
struct LoggedInUser<'a> {
    id: &'a str,
    email: &'a Email,
    name: &'a Name,
}
