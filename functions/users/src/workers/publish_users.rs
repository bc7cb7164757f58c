//! `publish-users`: publishes the events of users to their subscribers.

use std::process::ExitCode;

use events::publish::Secrets;

use crate::SERVICE;

/// Serves the function.
pub fn main() -> ExitCode {
    events::publish::main_redacting::<PublishUsers>(SERVICE)
}

struct PublishUsers;

impl Secrets for PublishUsers {
    const ATTRIBUTES: &'static [&'static str] = &["passwordHash"];
}

#[cfg(test)]
mod tests {
    use envelope::decode::FromField;
    use serde_json::json;

    use super::*;
    use crate::domain::email::Email;
    use crate::domain::name::Name;
    use crate::domain::user::User;

    #[test]
    fn the_secrets_are_what_a_user_is_stored_with() {
        let email = Email::from_field(&json!("ada@example.com")).unwrap();
        let name = Name::from_field(&json!("Ada")).unwrap();
        let user = User::register(email, name, serde_json::from_value(json!("$2b$12$hash")).unwrap());
        let stored = serde_json::to_value(user).unwrap();
        for attribute in PublishUsers::ATTRIBUTES {
            assert_eq!(stored[attribute], "$2b$12$hash");
        }
    }
}
