//! `grant-role`: sets a user's role. Operators invoke it.

use std::process::ExitCode;

use envelope::{Context, Function, FunctionError, InitError, serve_function};
use serde::Deserialize;

use crate::SERVICE;
use crate::domain::grantee::Grantee;
use crate::domain::user::Profile;
use crate::store::{RoleError, Users};

/// Serves the function.
pub fn main() -> ExitCode {
    serve_function::<GrantRole>(SERVICE)
}

struct GrantRole {
    users: Users,
}

/// `{"id": "0197…", "role": "admin"}`, or `{"email": "ada@example.com", "role": "admin"}`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Grant {
    id: Option<String>,
    email: Option<String>,
    role: String,
}

impl Function for GrantRole {
    type Event = Grant;
    type Response = Profile;

    async fn init() -> Result<Self, InitError> {
        Ok(Self { users: Users::connect().await? })
    }

    /// Lambda tells a function nothing about who invoked it, so the operator is whom the invoker names.
    fn audit(granted: &Profile, context: &Context) -> Vec<(&'static str, String)> {
        let mut audit = vec![("grantedTo", granted.id.clone()), ("role", granted.role.as_str().to_owned())];
        audit.extend(operator(context).map(|operator| ("operator", operator)));
        audit
    }

    /// The new role counts when the gateway next asks about a token of the user's, within a minute.
    async fn call(&self, grant: Grant, _: &Context) -> Result<Profile, FunctionError> {
        let invalid = |error: &dyn std::fmt::Display| FunctionError::new("InvalidGrant", error.to_string());
        let grantee = Grantee::named(grant.id.as_deref(), grant.email.as_deref()).map_err(|error| invalid(&error))?;
        let role = grant.role.parse().map_err(|error: identity::UnknownRole| invalid(&error))?;
        self.users.set_role(&grantee, role).await.map_err(|error| refusal(&grantee, error))
    }
}

/// What tells the operator what to do.
fn refusal(grantee: &Grantee, error: RoleError) -> FunctionError {
    match (error, grantee) {
        (RoleError::Store(error), _) => error.into(),
        (RoleError::NotVerified, _) => FunctionError::new(
            "AddressNotVerified",
            "the user has not verified the address, so it may be another's: have them verify it, or name them by id",
        ),
        (RoleError::NoSuchUser, Grantee::Id(id)) => {
            FunctionError::new("UserNotFound", format!("no user has the id {id}"))
        }
        // Lambda's runtime logs what a function fails with, and no log has an address.
        (RoleError::NoSuchUser, Grantee::Email(_)) => {
            FunctionError::new("UserNotFound", "no user has this address: register it first")
        }
    }
}

/// The longest name of an operator that is logged, in characters.
const OPERATOR_LIMIT: usize = 256;

/// The client context's `custom.operator`, up to an `@`: names of sessions are often email addresses, which no log has.
fn operator(context: &Context) -> Option<String> {
    let named = context.client_context.as_ref()?.custom.get("operator")?;
    let name: String = named.chars().take_while(|character| *character != '@').take(OPERATOR_LIMIT).collect();
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use envelope::Role;
    use local_fuzz_inputs::{cases, spoiled, texts};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_operator_is_named_without_an_email_address() {
        let named = |client: &str| {
            let mut context = Context::default();
            context.client_context = serde_json::from_str(client).unwrap();
            operator(&context)
        };
        let session = r#"{"custom":{"operator":"arn:aws:sts::123456789012:assumed-role/Ops/grace@example.com"}}"#;
        assert_eq!(named(session).as_deref(), Some("arn:aws:sts::123456789012:assumed-role/Ops/grace"));
        for nobody in ["null", "{}", r#"{"custom":{"operator":""}}"#, r#"{"custom":{"operator":"@example.com"}}"#] {
            assert_eq!(named(nobody), None, "{nobody}");
        }
        let long = format!(r#"{{"custom":{{"operator":"{}"}}}}"#, "é".repeat(300));
        assert_eq!(named(&long).map(|name| name.chars().count()), Some(OPERATOR_LIMIT));
    }

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn a_grant_names_one_role_in_one_spelling(
            text in prop_oneof![
                4 => spoiled(&[r#"{"email":"ada@example.com","role":"admin"}"#, r#"{"id":"u1","role":"admin"}"#]),
                1 => texts(),
            ],
        ) {
            let Ok(grant) = serde_json::from_str::<Grant>(&text) else { return Ok(()) };
            let _ = Grantee::named(grant.id.as_deref(), grant.email.as_deref());
            if let Ok(role) = grant.role.parse::<Role>() {
                prop_assert_eq!(role.as_str(), grant.role);
            }
        }
    }
}
