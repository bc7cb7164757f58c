//! `POST /api/users/register`

use std::process::ExitCode;

use contracts::codes;
use envelope::decode::{Decode, Fields};
use envelope::{Call, Endpoint, Failure, InitError, Reply, serve, timestamp};
use events::Event;
use serde::Serialize;

use crate::SERVICE;
use crate::domain::email::Email;
use crate::domain::limit::Limit;
use crate::domain::name::Name;
use crate::domain::password::NewPassword;
use crate::domain::session::Session;
use crate::domain::source::Source;
use crate::domain::source_count::Action;
use crate::domain::user::User;
use crate::store::{InsertError, Registrations, SourceLimit};
use crate::tokens::{TokenIssuer, Tokens, client_of};

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<Register>(SERVICE)
}

struct Register {
    registrations: Registrations,
    tokens: TokenIssuer,
    limit: SourceLimit,
}

struct Registration {
    email: Email,
    password: NewPassword,
    name: Name,
}

impl Decode for Registration {
    fn decode(fields: &mut Fields) -> Option<Self> {
        let email = fields.required("email");
        let password = fields.required::<NewPassword>("password");
        let name = fields.required("name");
        if let Some(Err(reject)) = password.as_ref().map(|it| it.refuse_personal(email.as_ref(), name.as_ref())) {
            fields.add("password", reject);
        }
        Some(Self { email: email?, password: password?, name: name? })
    }
}

impl Endpoint for Register {
    async fn init() -> Result<Self, InitError> {
        let (registrations, tokens) = tokio::join!(Registrations::connect(), TokenIssuer::read());
        let limit = SourceLimit::from_env(Action::Registration)?;
        Ok(Self { registrations: registrations?, tokens: tokens?, limit })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let registration: Registration = call.body()?;
        // Before the registration is counted: what fails here is not its source's fault.
        self.tokens.prepare().await?;
        // Before the password is hashed, which is what a flood of registrations would cost.
        let source = Source::of(call.source_ip());
        if let Limit::Reached { retry_after } = self.limit.count(&source, timestamp::epoch_seconds()).await? {
            return Err(Failure::too_many_requests("Too many registrations, try again later", retry_after));
        }
        let hash = registration.password.hash().await?;
        let user = User::register(registration.email, registration.name, hash);
        let event = Event::new(SERVICE, user.created(), call).at(&user.created_at);
        let (session, refresh_token) = Session::begin(&user, client_of(call))?;
        // Signed first: without a signature, nobody is registered.
        let tokens = self.tokens.issue(&user.account(), &session, &refresh_token).await?;
        match self.registrations.insert(&user, &event, &session, &source, call.time_left()).await {
            Err(InsertError::EmailTaken) => {
                return Err(Failure::conflict(codes::USER_EXISTS, "User already exists").detail("email", &user.email));
            }
            outcome => outcome?,
        }
        call.authenticated(&user.id);
        let data = Registered {
            user: NewUser { id: &user.id, email: &user.email, name: &user.name, created_at: &user.created_at },
            tokens,
        };
        Reply::created(call, "/api/users/me", "User registered successfully", data)
    }
}

#[derive(Serialize)]
struct Registered<'a> {
    user: NewUser<'a>,
    #[serde(flatten)]
    tokens: Tokens,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NewUser<'a> {
    id: &'a str,
    email: &'a Email,
    name: &'a Name,
    created_at: &'a str,
}
