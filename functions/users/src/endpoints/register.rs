//! `POST /api/users/register`

use std::process::ExitCode;

use contracts::codes;
use envelope::decode::{Decode, Fields};
use envelope::{Call, Endpoint, Failure, InitError, Reply, serve};
use events::Event;
use serde::Serialize;
use signing_keys::Keys;

use crate::SERVICE;
use crate::domain::email::Email;
use crate::domain::name::Name;
use crate::domain::password::NewPassword;
use crate::domain::user::User;
use crate::store::{InsertError, Users};

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<Register>(SERVICE)
}

struct Register {
    users: Users,
    keys: Keys,
}

struct Registration {
    email: Email,
    password: NewPassword,
    name: Name,
}

impl Decode for Registration {
    fn decode(fields: &mut Fields) -> Option<Self> {
        let email = fields.required("email");
        let password = fields.required("password");
        let name = fields.required("name");
        Some(Self { email: email?, password: password?, name: name? })
    }
}

impl Endpoint for Register {
    async fn init() -> Result<Self, InitError> {
        let (users, keys) = tokio::join!(Users::connect(), Keys::read());
        Ok(Self { users: users?, keys: keys? })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let registration: Registration = call.body()?;
        let hash = registration.password.hash().await?;
        let user = User::register(registration.email, registration.name, hash);
        let event = Event::new(SERVICE, user.created(), call).at(&user.created_at);
        match self.users.insert(&user, &event).await {
            Err(InsertError::EmailTaken) => {
                return Err(Failure::conflict(codes::USER_EXISTS, "User already exists").detail("email", &user.email));
            }
            outcome => outcome?,
        }
        let token = self.keys.sign(user.token()).await?;
        let data = Registered {
            user: NewUser { id: &user.id, email: &user.email, name: &user.name, created_at: &user.created_at },
            token,
        };
        Reply::created(call, "/api/users/me", "User registered successfully", data)
    }
}

#[derive(Serialize)]
struct Registered<'a> {
    user: NewUser<'a>,
    token: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NewUser<'a> {
    id: &'a str,
    email: &'a Email,
    name: &'a Name,
    created_at: &'a str,
}
