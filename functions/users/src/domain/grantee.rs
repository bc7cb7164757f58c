//! Whom an operator gives a role.

use envelope::decode::uuid;

use crate::domain::email::{Email, InvalidEmail};

/// A user, named by an operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grantee {
    /// By id.
    Id(String),
    /// By email address, which counts only if it is verified: anyone can register an address that is another's.
    Email(Email),
}

/// The input names no user.
#[derive(Debug, thiserror::Error)]
pub enum InvalidGrantee {
    /// Both or neither of the two are given.
    #[error("name the user by either id or email")]
    NotOne,
    /// The text is no id.
    #[error("id must be a UUID")]
    Id,
    /// The text is no address.
    #[error("email {0}")]
    Email(#[from] InvalidEmail),
}

impl Grantee {
    /// The user that one of the two names.
    ///
    /// # Errors
    /// [`InvalidGrantee`]
    pub fn named(id: Option<&str>, email: Option<&str>) -> Result<Self, InvalidGrantee> {
        match (id, email) {
            (Some(id), None) => uuid(id).map(Self::Id).ok_or(InvalidGrantee::Id),
            (None, Some(email)) => Ok(Self::Email(Email::parse(email)?)),
            _ => Err(InvalidGrantee::NotOne),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "01980000-0000-7000-8000-00000000abcd";

    #[test]
    fn a_user_is_named_by_one_of_id_and_address() {
        let ada = Grantee::Email(Email::parse("ada@example.com").unwrap());
        assert_eq!(Grantee::named(Some(&ID.to_uppercase()), None).unwrap(), Grantee::Id(ID.to_owned()));
        assert_eq!(Grantee::named(None, Some("ADA@example.com")).unwrap(), ada);
        for (id, email, told) in [
            (None, None, "name the user by either id or email"),
            (Some(ID), Some("ada@example.com"), "name the user by either id or email"),
            (Some("u1"), None, "id must be a UUID"),
            (Some(""), None, "id must be a UUID"),
            (None, Some("ada"), "email must be an email address such as ada@example.com"),
        ] {
            assert_eq!(Grantee::named(id, email).unwrap_err().to_string(), told);
        }
    }
}
