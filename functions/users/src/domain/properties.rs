//! What holds of every text that a client may send.

use envelope::decode::FromField;
use local_fuzz_inputs::{cases, spoiled, texts};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::email::Email;
use super::name::Name;
use super::password::NewPassword;

const EMAILS: [&str; 4] =
    ["Ada.L+shop@Example.COM", "ada@bücher.example", "ame\u{301}lie@xn--bcher-kva.example", "用户@例子.测试"];

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn an_address_is_in_one_spelling(text in prop_oneof![texts(), spoiled(&EMAILS)]) {
        match Email::parse(&text) {
            Ok(email) => {
                let read = email.as_str();
                prop_assert!(read.len() <= Email::MAX_BYTES && read.matches('@').count() == 1, "{read:?}");
                prop_assert!(!read.chars().any(|c| c.is_whitespace() || c.is_control()), "{read:?}");
                prop_assert_eq!(Email::parse(read).unwrap(), email);
            }
            Err(error) => prop_assert_eq!(error.to_string(), "must be an email address such as ada@example.com"),
        }
    }

    #[test]
    fn a_name_is_trimmed_once_and_bounded(text in texts()) {
        if let Ok(name) = Name::from_field(&Value::String(text)) {
            prop_assert!((1..=Name::MAX_BYTES).contains(&name.as_str().len()));
            prop_assert_eq!(Name::from_field(&json!(name.as_str())).unwrap(), name);
        }
    }

    #[test]
    fn a_refused_password_is_not_shown(text in prop_oneof![texts(), spoiled(&["correct horse battery staple"])]) {
        if let Err(reject) = NewPassword::from_field(&json!(text)) {
            let shown = format!("{reject:?}");
            prop_assert!(text.len() < 8 || !shown.contains(&text));
        }
    }
}
