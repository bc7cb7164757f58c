//! Email addresses.

use email_address::{EmailAddress, Options};
use envelope::decode::{FromField, Reject, string};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An email address (RFC 5321 and 5322), trimmed and in lower case, so that one mailbox is one user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Email(String);

/// The text is not an email address.
#[derive(Debug, thiserror::Error)]
#[error("must be an email address such as ada@example.com")]
pub struct InvalidEmail;

impl Email {
    /// Longest address, in bytes (RFC 5321, section 4.5.3.1.3, less the angle brackets).
    pub const MAX_BYTES: usize = 254;

    /// Parses an address: no display name, no address literal, and a domain with a dot.
    ///
    /// # Errors
    /// [`InvalidEmail`]
    pub fn parse(text: &str) -> Result<Self, InvalidEmail> {
        let address = text.trim().to_lowercase();
        let options = Options::default().without_display_text().without_domain_literal().with_required_tld();
        let plain = !address.chars().any(|c| c.is_whitespace() || c.is_control() || c == '"');
        if address.len() > Self::MAX_BYTES || !plain || EmailAddress::parse_with_options(&address, options).is_err() {
            return Err(InvalidEmail);
        }
        Ok(Self(address))
    }

    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromField for Email {
    fn from_field(value: &Value) -> Result<Self, Reject> {
        let address = string(value)?;
        if address.trim().is_empty() {
            return Err(Reject::Missing);
        }
        Self::parse(address).map_err(|error| Reject::invalid("INVALID_FORMAT", error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::Email;

    #[test]
    fn addresses_are_trimmed_and_lower_cased() {
        assert_eq!(Email::parse(" Ada.L+shop@Example.COM\n").unwrap().as_str(), "ada.l+shop@example.com");
    }

    #[test]
    fn text_that_is_no_address_is_refused() {
        let long = format!("{}@example.com", "x".repeat(250));
        for text in [
            "",
            "ada",
            "ada@",
            "@example.com",
            "ada@localhost",
            "a b@example.com",
            "ada@exa mple.com",
            "Ada <ada@example.com>",
            "ada@[127.0.0.1]",
            "ada@@example.com",
            "ada@example..com",
            "ada\0@example.com",
            "\"a b\"@example.com",
            &long,
        ] {
            assert!(Email::parse(text).is_err(), "{text:?}");
        }
    }
}
