//! Passwords: what may be chosen, and what is compared.

use std::fmt;

use envelope::decode::{FromField, Reject, string};
use icu_normalizer::ComposingNormalizerBorrowed;
use serde_json::Value;

use crate::domain::common_passwords::is_common;
use crate::domain::email::Email;
use crate::domain::name::Name;
use crate::domain::password_hash::{HashError, PasswordHash};

/// A password that a user chooses: 8 to 256 characters in Unicode's normalization form C, and no common one. Two keyboards
/// may send the same word in different forms.
pub struct NewPassword(String);

/// A password to log in with. It can be any text, since it only has to match.
pub struct GivenPassword(String);

impl NewPassword {
    /// Shortest password, in characters (Unicode scalar values).
    pub const MIN_CHARACTERS: usize = 8;
    /// Longest password, in characters.
    pub const MAX_CHARACTERS: usize = 256;

    /// Refuses the password if it is what everyone knows of the user: their address, its local part, or their name, in
    /// any case and whatever white space is in it.
    pub fn refuse_personal(&self, email: Option<&Email>, name: Option<&Name>) -> Result<(), Reject> {
        let bare = |text: &str| text.to_lowercase().chars().filter(|c| !c.is_whitespace()).collect::<String>();
        let password = bare(&self.0);
        let is_email = email.is_some_and(|email| {
            let local_part = email.as_str().split('@').next().unwrap_or_default();
            password == local_part || Email::parse(&self.0).is_ok_and(|spelt| spelt == *email)
        });
        let is_name = name.is_some_and(|name| password == bare(&nfc(name.as_str())));
        if is_email || is_name {
            return Err(Reject::invalid("TOO_PERSONAL", "must not be your email address or name"));
        }
        Ok(())
    }

    /// Hashes the password, on a thread for blocking work.
    ///
    /// # Errors
    /// [`HashError`]
    pub async fn hash(self) -> Result<PasswordHash, HashError> {
        hash(self.0).await
    }
}

impl GivenPassword {
    /// Whether the hash is of this password: of its normalization form C, or of the password as it was typed, which earlier
    /// versions hashed. Without a hash, the answer is no after the same amount of work: the time a login takes does not
    /// tell whether a user exists.
    ///
    /// # Errors
    /// [`HashError`]
    pub async fn matches(&self, hash: Option<PasswordHash>) -> Result<bool, HashError> {
        let typed = self.0.clone();
        tokio::task::spawn_blocking(move || {
            let (hash, exists) = match hash {
                Some(hash) => (hash, true),
                None => (PasswordHash::dummy(), false),
            };
            let composed = nfc(&typed);
            let typed = Some(typed).filter(|typed| *typed != composed);
            for form in [Some(composed), typed].into_iter().flatten() {
                if hash.is_of(&form)? && exists {
                    return Ok(true);
                }
            }
            Ok(false)
        })
        .await?
    }

    /// A new hash of the password, for one that [needs renewal](PasswordHash::needs_renewal), on a thread for blocking work.
    ///
    /// # Errors
    /// [`HashError`]
    pub async fn hash(self) -> Result<PasswordHash, HashError> {
        hash(nfc(&self.0)).await
    }
}

async fn hash(password: String) -> Result<PasswordHash, HashError> {
    tokio::task::spawn_blocking(move || PasswordHash::of(&password)).await?
}

fn nfc(password: &str) -> String {
    ComposingNormalizerBorrowed::new_nfc().normalize(password).into_owned()
}

impl FromField for NewPassword {
    fn from_field(value: &Value) -> Result<Self, Reject> {
        let password = nfc(string(value)?);
        match password.chars().count() {
            0 => Err(Reject::Missing),
            1..Self::MIN_CHARACTERS => {
                Err(Reject::invalid("TOO_SHORT", format!("must be at least {} characters", Self::MIN_CHARACTERS)))
            }
            Self::MIN_CHARACTERS..=Self::MAX_CHARACTERS if is_common(&password) => {
                Err(Reject::invalid("TOO_COMMON", "must not be one of the most common passwords"))
            }
            Self::MIN_CHARACTERS..=Self::MAX_CHARACTERS => Ok(Self(password)),
            _ => Err(Reject::invalid("TOO_LONG", format!("must be at most {} characters", Self::MAX_CHARACTERS))),
        }
    }
}

impl FromField for GivenPassword {
    fn from_field(value: &Value) -> Result<Self, Reject> {
        let password = string(value)?;
        if password.is_empty() {
            return Err(Reject::Missing);
        }
        Ok(Self(password.to_owned()))
    }
}

impl fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewPassword")
    }
}

impl fmt::Debug for GivenPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GivenPassword")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn new(password: &str) -> Result<NewPassword, Reject> {
        NewPassword::from_field(&json!(password))
    }

    fn given(password: &str) -> GivenPassword {
        GivenPassword(password.to_owned())
    }

    /// The code that a password is refused with.
    fn refused<T>(read: Result<T, Reject>) -> &'static str {
        match read {
            Err(Reject::Invalid { code, .. }) => code,
            Err(Reject::Missing) => "REQUIRED",
            _ => "",
        }
    }

    #[tokio::test]
    async fn only_the_password_itself_matches() {
        let hash = new("correct horse").unwrap().hash().await.unwrap();
        assert!(given("correct horse").matches(Some(hash.clone())).await.unwrap());
        assert!(!given("correct horsf").matches(Some(hash)).await.unwrap());
        assert!(!given("correct horse").matches(None).await.unwrap());
    }

    #[tokio::test]
    async fn a_password_is_the_same_composed_and_decomposed() {
        let hash = new("caf\u{e9} au lait").unwrap().hash().await.unwrap();
        assert!(given("cafe\u{301} au lait").matches(Some(hash.clone())).await.unwrap());
        assert!(!given("cafe au lait").matches(Some(hash)).await.unwrap());
        let hash = new("cafe\u{301} au lait").unwrap().hash().await.unwrap();
        assert!(given("caf\u{e9} au lait").matches(Some(hash)).await.unwrap());
    }

    #[tokio::test]
    async fn a_hash_of_a_password_as_it_was_typed_still_matches_and_its_renewal_is_of_the_composed_one() {
        let (typed, composed) = ("cafe\u{301} au lait", "caf\u{e9} au lait");
        let stored: PasswordHash = serde_json::from_value(json!(bcrypt::hash(typed, 4).unwrap())).unwrap();
        assert!(given(typed).matches(Some(stored.clone())).await.unwrap() && stored.needs_renewal());
        let renewed = given(typed).hash().await.unwrap();
        assert!(!renewed.needs_renewal());
        assert!(given(composed).matches(Some(renewed.clone())).await.unwrap());
        assert!(given(typed).matches(Some(renewed)).await.unwrap());
    }

    #[test]
    fn what_is_printed_of_a_password_is_its_type() {
        let printed = format!("{:?} {:?}", new("correct horse").unwrap(), given("correct horse"));
        assert_eq!(printed, "NewPassword GivenPassword");
    }

    #[test]
    fn length_is_counted_in_composed_characters() {
        assert_eq!(refused(new("")), "REQUIRED");
        assert_eq!(refused(new("ab cd e")), "TOO_SHORT");
        assert!(new("ab cd ef").is_ok());
        assert_eq!(refused(new("ééééééé")), "TOO_SHORT");
        assert!(new("éééééééé").is_ok() && new(&"e\u{301}".repeat(8)).is_ok());
        assert_eq!(refused(new(&"e\u{301}".repeat(7))), "TOO_SHORT");
        assert!(new(&"\u{1f600}".repeat(256)).is_ok() && new(&"e\u{301}".repeat(256)).is_ok());
        assert_eq!(refused(new(&"x".repeat(257))), "TOO_LONG");
        assert_eq!(refused(new(&"\u{1f600}".repeat(257))), "TOO_LONG");
        assert!(new("ab\0cd\0ef").is_ok());
    }

    #[test]
    fn a_common_password_is_refused() {
        for common in ["password", "PASSWORD1", "Qwertyuiop", "iloveyou"] {
            assert_eq!(refused(new(common)), "TOO_COMMON", "{common}");
        }
    }

    #[test]
    fn what_everyone_knows_of_a_user_is_refused() {
        let email = Email::parse("Ame\u{301}lie.poulain@bücher.example").unwrap();
        let name = Name::from_field(&json!("Ame\u{301}lie Poulain")).unwrap();
        let refuse = |password: &str| new(password).unwrap().refuse_personal(Some(&email), Some(&name));
        for personal in [
            "amélie.poulain@xn--bcher-kva.example",
            "AMÉLIE.POULAIN@BÜCHER.EXAMPLE",
            "  amélie.poulain@bücher.example",
            "Amélie.Poulain",
            "Amélie Poulain",
            "ame\u{301}liepoulain",
            "a m é l i e poulain ",
        ] {
            assert_eq!(refused(refuse(personal)), "TOO_PERSONAL", "{personal}");
        }
        for other in ["amelie.poulain", "Amélie Poulain!", "poulain amélie", "amélie.poulain@example.com"] {
            assert!(refuse(other).is_ok(), "{other}");
        }
        assert!(new("Amélie Poulain").unwrap().refuse_personal(Some(&email), None).is_ok());
        assert!(new("Amélie.Poulain").unwrap().refuse_personal(None, Some(&name)).is_ok());
    }
}
