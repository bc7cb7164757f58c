//! Who issues tokens, and whom they are for.

/// The claims `iss` and `aud` (RFC 7519, sections 4.1.1 and 4.1.3) of every token that a [`KeyRing`](crate::KeyRing)
/// signs or accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parties {
    /// `iss`: who signs.
    pub issuer: String,
    /// `aud`: which API accepts the token.
    pub audience: String,
}

/// The environment variable of this name is not set, or is empty.
#[derive(Debug, thiserror::Error)]
#[error("{0} is not set: it names a party of every token")]
pub struct UnnamedParty(&'static str);

impl Parties {
    /// The parties that `JWT_ISSUER` and `JWT_AUDIENCE` name.
    ///
    /// # Errors
    /// [`UnnamedParty`]
    pub fn from_env() -> Result<Self, UnnamedParty> {
        Ok(Self { issuer: named("JWT_ISSUER")?, audience: named("JWT_AUDIENCE")? })
    }
}

fn named(variable: &'static str) -> Result<String, UnnamedParty> {
    std::env::var(variable).ok().filter(|name| !name.is_empty()).ok_or(UnnamedParty(variable))
}
