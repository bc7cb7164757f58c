//! `Cache-Control`: who may store an answer (RFC 9111, section 5.2.2).

use std::borrow::Cow;

/// Who may store an endpoint's successful answers. Errors are stored by nobody.
///
/// Where somebody may, a `GET` has an `ETag` over its `data`, and `If-None-Match` gets a 304 while it is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caching {
    /// Nobody.
    Never,
    /// The client alone, which asks before each use whether its copy is still right.
    Private,
    /// Anyone, a CDN too: the answers are the same for everyone.
    Public {
        /// How many seconds an answer is used without asking.
        max_age: u32,
        /// For how many seconds after that it may be used while it is being asked for anew (RFC 5861).
        stale_while_revalidate: u32,
    },
}

/// The value for what nobody may store.
pub(crate) const NEVER: &str = "no-store";

impl Caching {
    /// The value of `Cache-Control`.
    pub(crate) fn header(self) -> Cow<'static, str> {
        match self {
            Self::Never => NEVER.into(),
            Self::Private => "private, no-cache".into(),
            Self::Public { max_age, stale_while_revalidate: 0 } => format!("public, max-age={max_age}").into(),
            Self::Public { max_age, stale_while_revalidate: stale } => {
                format!("public, max-age={max_age}, stale-while-revalidate={stale}").into()
            }
        }
    }
}
