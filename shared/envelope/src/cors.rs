//! CORS headers (Fetch standard, "CORS protocol") of a function's answers; preflights are the gateway's.

use crate::headers::ResponseHeaders;

/// Which other origin may read the answers.
pub(crate) struct Cors {
    origin: Option<String>,
}

impl Cors {
    /// The origin that the template names in `ALLOWED_ORIGINS`; without one, no other origin reads the answers.
    pub(crate) fn from_env() -> Self {
        Self::new(std::env::var("ALLOWED_ORIGINS").ok())
    }

    pub(crate) fn new(origin: Option<String>) -> Self {
        Self { origin: origin.filter(|origin| !origin.is_empty()) }
    }

    pub(crate) fn allow(&self, headers: &mut ResponseHeaders) {
        let Some(origin) = &self.origin else { return };
        headers.set("access-control-allow-origin", origin.clone());
        headers.set("access-control-expose-headers", "X-Request-ID,Location,Retry-After");
        if origin != "*" {
            headers.set("vary", "Origin");
        }
    }
}
