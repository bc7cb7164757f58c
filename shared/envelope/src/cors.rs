//! CORS headers of responses (Fetch standard, "CORS protocol"). The gateway answers preflight requests.

use crate::headers::ResponseHeaders;

/// The headers of answers that pages of another origin may read.
const EXPOSED: &str = "X-Request-ID,Location,Retry-After,ETag,Idempotency-Replayed";

/// The origin whose pages may read responses.
pub(crate) struct Cors {
    origin: Option<String>,
}

impl Cors {
    /// The origin in `ALLOWED_ORIGINS`, or `*` for every origin; without one, no other origin may read responses.
    pub(crate) fn from_env() -> Self {
        Self::new(std::env::var("ALLOWED_ORIGINS").ok())
    }

    pub(crate) fn new(origin: Option<String>) -> Self {
        Self { origin: origin.filter(|origin| !origin.is_empty()) }
    }

    pub(crate) fn allow(&self, headers: &mut ResponseHeaders) {
        let Some(origin) = &self.origin else { return };
        headers.set("access-control-allow-origin", origin.clone());
        headers.set("access-control-expose-headers", EXPOSED);
        if origin != "*" {
            headers.set("vary", "Origin");
        }
    }
}
