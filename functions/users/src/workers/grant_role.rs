//! `grant-role`: sets a user's role. Operators invoke it.

use std::process::ExitCode;

use envelope::{Context, Function, FunctionError, InitError, serve_function};
use serde::Deserialize;

use crate::SERVICE;
use crate::domain::email::Email;
use crate::domain::user::Profile;
use crate::store::Users;

/// Serves the function.
pub fn main() -> ExitCode {
    serve_function::<GrantRole>(SERVICE)
}

struct GrantRole {
    users: Users,
}

/// `{"email": "ada@example.com", "role": "admin"}`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Grant {
    email: String,
    role: String,
}

impl Function for GrantRole {
    type Event = Grant;
    type Response = Profile;

    async fn init() -> Result<Self, InitError> {
        Ok(Self { users: Users::connect().await? })
    }

    /// The new role counts from the user's next login: tokens that were signed before keep the old one.
    async fn call(&self, grant: Grant, _: &Context) -> Result<Profile, FunctionError> {
        let invalid = |error: &dyn std::fmt::Display| FunctionError::new("InvalidGrant", error.to_string());
        let email = Email::parse(&grant.email).map_err(|error| invalid(&format!("email {error}")))?;
        let role = grant.role.parse().map_err(|error: identity::UnknownRole| invalid(&error))?;
        self.users.set_role(&email, role).await?.ok_or_else(|| {
            FunctionError::new("UserNotFound", format!("no user has the address {}: register it first", email.as_str()))
        })
    }
}

#[cfg(test)]
mod tests {
    use envelope::Role;
    use local_fuzz_inputs::{cases, spoiled, texts};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn a_grant_names_one_role_in_one_spelling(
            text in prop_oneof![4 => spoiled(&[r#"{"email":"ada@example.com","role":"admin"}"#]), 1 => texts()],
        ) {
            let Ok(grant) = serde_json::from_str::<Grant>(&text) else { return Ok(()) };
            let _ = Email::parse(&grant.email);
            if let Ok(role) = grant.role.parse::<Role>() {
                prop_assert_eq!(role.as_str(), grant.role);
            }
        }
    }
}
