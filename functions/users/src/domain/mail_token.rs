//! The tokens in mails. Whoever has one has read the mail, and so the address is theirs.

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use envelope::decode::{FromField, Reject, is_blank, string};
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// Random bytes of a token.
const SECRET_BYTES: usize = 32;

/// A token: where its hash is kept, and a secret. Its text is the 64 bytes of both in base64url.
#[derive(Clone, PartialEq, Eq)]
pub struct MailToken {
    /// The user that it was sent to.
    pub user_id: Uuid,
    /// The mail that it was sent in: the id of the event that asked for the mail.
    pub mail_id: Uuid,
    secret: [u8; SECRET_BYTES],
}

/// A token as it was sent back, not yet read: one that can't be read is as invalid as one that is unknown.
pub struct MailTokenText(String);

/// A token as it is kept: the SHA-256 of its secret, in base64url. (A secret of 256 random bits can't be guessed, so its hash
/// need not be slow.)
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MailTokenHash(String);

/// The operating system gave no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("no random bytes")]
pub struct NoRandomBytes;

impl MailToken {
    /// A new token for this user, in this mail.
    ///
    /// # Errors
    /// [`NoRandomBytes`]
    pub fn new(user_id: Uuid, mail_id: Uuid) -> Result<Self, NoRandomBytes> {
        let mut secret = [0; SECRET_BYTES];
        SystemRandom::new().fill(&mut secret).map_err(|_| NoRandomBytes)?;
        Ok(Self { user_id, mail_id, secret })
    }

    /// Reads a token's text; `None` if it can't be one.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        let (user_id, rest) = bytes.split_first_chunk()?;
        let (mail_id, secret) = rest.split_first_chunk()?;
        Some(Self {
            user_id: Uuid::from_bytes(*user_id),
            mail_id: Uuid::from_bytes(*mail_id),
            secret: secret.try_into().ok()?,
        })
    }

    /// The token's text, for the mail alone.
    pub fn text(&self) -> String {
        let bytes = [&self.user_id.as_bytes()[..], self.mail_id.as_bytes(), &self.secret].concat();
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    /// What is kept of the token.
    pub fn hash(&self) -> MailTokenHash {
        MailTokenHash(BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, &self.secret)))
    }
}

impl MailTokenText {
    /// The token; `None` if the text can't be one.
    pub fn read(&self) -> Option<MailToken> {
        MailToken::parse(self.0.trim())
    }
}

impl FromField for MailTokenText {
    fn from_field(value: &Value) -> Result<Self, Reject> {
        let text = string(value)?;
        if is_blank(text) {
            return Err(Reject::Missing);
        }
        Ok(Self(text.to_owned()))
    }
}

impl MailTokenHash {
    /// Whether this is the token's hash. The time that comparing hashes takes tells nothing of a secret.
    pub fn is_of(&self, token: &MailToken) -> bool {
        *self == token.hash()
    }

    /// The hash as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for MailToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MailToken")
    }
}

impl fmt::Debug for MailTokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MailTokenHash")
    }
}

#[cfg(test)]
mod tests {
    use local_fuzz_inputs::{cases, spoiled, texts};
    use proptest::prelude::*;

    use super::*;

    fn token() -> MailToken {
        MailToken::new(Uuid::now_v7(), Uuid::now_v7()).unwrap()
    }

    #[test]
    fn a_token_is_read_from_its_text_and_known_by_its_hash_alone() {
        let token = token();
        let read = MailToken::parse(&token.text()).unwrap();
        assert!(read == token && token.hash().is_of(&read));
        let other = MailToken::new(token.user_id, token.mail_id).unwrap();
        assert!(!token.hash().is_of(&other));
        assert!(!token.hash().as_str().contains(&token.text()[43..]));
    }

    #[test]
    fn what_is_printed_of_a_token_is_its_type() {
        assert_eq!(format!("{:?} {:?}", token(), token().hash()), "MailToken MailTokenHash");
    }

    #[test]
    fn a_text_of_another_length_is_no_token() {
        let text = token().text();
        for text in ["", "a", &text[1..], &format!("{text}AA"), &format!("{text}=="), &text.replace(&text[..1], "+")] {
            assert_eq!(MailToken::parse(text), None, "{text}");
        }
    }

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn a_token_has_one_text(
            text in prop_oneof![
                4 => spoiled(&["AZrHrEDwejaOqYoB9bYtWAGax6xA8HuOmpL0pKLv3P3cLwXW8m8c7gA2c0bM9A0o2W8dVtP2cXk0bB6mYQ0bWQ"]),
                1 => texts(),
            ],
        ) {
            if let Some(token) = MailToken::parse(&text) {
                prop_assert_eq!(token.text(), text);
            }
        }
    }
}
