//! The credentials functions sign their requests with.
//!
//! Each function has an access key id of its own, so that an emulated service can tell who calls, as IAM tells
//! one role from another. They open nothing: signatures are not checked on one machine.

use std::fmt::Write;

/// The temporary credentials of one function's role.
#[derive(Debug, Clone)]
pub(crate) struct Credentials {
    pub access_key_id: String,
    pub secret_access_key: String,
    pub session_token: String,
}

impl Credentials {
    /// New ones, in AWS's form: `ASIA` (temporary) and 16 characters of base 32.
    pub fn generate() -> Self {
        const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let random: [u8; 16] = rand::random();
        let unique = random.iter().map(|byte| char::from(BASE32[usize::from(byte & 31)]));
        Self {
            access_key_id: "ASIA".chars().chain(unique).collect(),
            secret_access_key: hex(rand::random::<[u8; 20]>()),
            session_token: hex(rand::random::<[u8; 32]>()),
        }
    }
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
        let (one, other) = (Credentials::generate(), Credentials::generate());
        assert_eq!(one.access_key_id.len(), 20);
        assert!(one.access_key_id.starts_with("ASIA"));
        assert!(one.access_key_id.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'2'..=b'7')));
        assert_ne!(one.access_key_id, other.access_key_id);
        assert_ne!(one.secret_access_key, other.secret_access_key);
    }
}
