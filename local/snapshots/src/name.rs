//! A snapshot's name, which is that of its folder.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::macros::format_description;

use crate::Error;

/// The longest name, in characters.
const LONGEST: usize = 100;

/// A name that leads nowhere else: no folder's name that begins with a dot is one, nor has it a `/`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Name(String);

impl Name {
    /// The name of what is taken at a moment: `2026-01-31T12-00-00.000Z`.
    #[must_use]
    pub fn at(moment: OffsetDateTime) -> Self {
        let format = format_description!("[year]-[month]-[day]T[hour]-[minute]-[second].[subsecond digits:3]Z");
        Self(moment.format(format).unwrap_or_default())
    }

    /// The name of what was there before a restore at a moment.
    #[must_use]
    pub fn before_restore(moment: OffsetDateTime) -> Self {
        Self(format!("before-restore-{}", Self::at(moment)))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Name {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        text.to_owned().try_into()
    }
}

impl TryFrom<String> for Name {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        let begins_well = text.starts_with(|first: char| first.is_ascii_alphanumeric());
        let is_plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
        if begins_well && is_plain && text.len() <= LONGEST { Ok(Self(text)) } else { Err(Error::Name(text)) }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_nowhere_else() {
        for name in ["a", "Before_v1.2-rc", "2026-01-31T12-00-00.000Z", &"x".repeat(100)] {
            assert_eq!(name.parse::<Name>().unwrap().as_str(), name);
        }
        for name in ["", ".", "..", ".incoming", "-x", "a/b", "../x", "/x", "a\\b", "a b", "a\0", "ä", &"x".repeat(101)]
        {
            assert!(matches!(name.parse::<Name>(), Err(Error::Name(_))), "{name:?}");
        }
        assert!(serde_json::from_str::<Name>(r#""..""#).is_err());
    }

    #[test]
    fn a_moments_name_is_one() {
        let moment = OffsetDateTime::UNIX_EPOCH;
        assert_eq!(Name::at(moment).as_str(), "1970-01-01T00-00-00.000Z");
        let before = Name::before_restore(moment);
        assert_eq!(before.as_str().parse::<Name>().unwrap(), before);
    }
}
