//! The credentials functions sign their requests with.
//!
//! Each instance has an access key id of its own, whose beginning is its function's: so an emulated service can tell who
//! calls, as IAM tells one role from another, and during which invocation, as an instance has one at a time. They open
//! nothing: signatures are not checked on one machine.

use std::fmt::Write;

/// The length of the part of an access key id that is its function's, and of the whole.
const FUNCTION_PART: usize = 12;
const LENGTH: usize = 20;

/// The temporary credentials of one function's role, as one instance has them.
#[derive(Debug, Clone)]
pub(crate) struct Credentials {
    pub access_key_id: String,
    pub secret_access_key: String,
    pub session_token: String,
}

impl Credentials {
    /// New ones of a function's instance, in AWS's form: `ASIA` (temporary) and 16 characters of base 32.
    pub fn generate(key_prefix: &str) -> Self {
        Self {
            access_key_id: format!("{key_prefix}{}", base32()),
            secret_access_key: hex(rand::random::<[u8; 20]>()),
            session_token: hex(rand::random::<[u8; 32]>()),
        }
    }
}

/// What the access key ids of a function's instances begin with: another one for each function.
pub(crate) fn key_prefix() -> String {
    format!("ASIA{}", base32())
}

/// The part of an access key id that is its function's, if it has the form of a function's.
pub(crate) fn function_part(access_key_id: &str) -> Option<&str> {
    access_key_id.get(..FUNCTION_PART).filter(|_| access_key_id.len() == LENGTH)
}

/// Eight random characters.
fn base32() -> String {
    const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    rand::random::<[u8; 8]>().iter().map(|byte| char::from(BASE32[usize::from(byte & 31)])).collect()
}

/// Random bytes as a token nobody can guess.
pub(crate) fn hex<const N: usize>(bytes: [u8; N]) -> String {
    bytes.iter().fold(String::with_capacity(2 * N), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_access_key_has_the_form_of_a_temporary_one_and_is_not_repeated() {
        let function = key_prefix();
        let (one, other) = (Credentials::generate(&function), Credentials::generate(&function));
        for key in [&one, &other] {
            assert_eq!(function_part(&key.access_key_id), Some(function.as_str()));
        }
        assert_ne!(function, key_prefix());
        assert_eq!([function_part("AKIA"), function_part(&function)], [None, None]);
        assert_eq!(one.access_key_id.len(), 20);
        assert!(one.access_key_id.starts_with("ASIA"));
        assert!(one.access_key_id.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'2'..=b'7')));
        assert_ne!(one.access_key_id, other.access_key_id);
        assert_ne!(one.secret_access_key, other.secret_access_key);
    }
}
