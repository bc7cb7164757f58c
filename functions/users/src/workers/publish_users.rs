//! `publish-users`: publishes the events of users to their subscribers.

use std::process::ExitCode;

use events::publish::Secrets;

use crate::SERVICE;

/// Serves the function.
pub fn main() -> ExitCode {
    events::publish::main_redacting::<PublishUsers>(SERVICE)
}

struct PublishUsers;

/// A record that can't be read is set aside for two weeks; who it is about is left in it, and not their data.
impl Secrets for PublishUsers {
    const ATTRIBUTES: &'static [&'static str] = &["email", "name"];
}

#[cfg(test)]
mod tests {
    use contracts::payloads::UserCreated;

    use super::*;

    #[test]
    fn the_secrets_are_what_an_event_says_of_a_person() {
        let (email, name) = ("ada@example.com".to_owned(), "Ada".to_owned());
        let data = serde_json::to_value(UserCreated { user_id: "u1".to_owned(), email, name }).unwrap();
        for attribute in PublishUsers::ATTRIBUTES {
            assert!(data[attribute].is_string(), "{attribute}");
        }
    }
}
