//! `X-Request-ID`.

use http::HeaderMap;

use crate::headers;

/// The request header that carries a caller's own id, and the response header that always carries one.
pub const HEADER: &str = "x-request-id";

/// The caller's id if there is one and it is 1 to 128 of `[A-Za-z0-9._-]`; a value outside that could forge log lines.
pub(crate) fn from_caller(request: &HeaderMap) -> Option<&str> {
    let id = headers::single(request, HEADER).ok()??;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    ((1..=128).contains(&id.len()) && id.bytes().all(plain)).then_some(id)
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    fn of(id: &str) -> Option<String> {
        let headers = HeaderMap::from_iter([(super::HEADER.parse().unwrap(), id.parse().ok()?)]);
        super::from_caller(&headers).map(str::to_owned)
    }

    #[test]
    fn plain_ids_are_kept() {
        for id in ["a", "0197-abc_DEF.9", &"x".repeat(128)] {
            assert_eq!(of(id).as_deref(), Some(id));
        }
    }

    #[test]
    fn ids_that_are_empty_long_or_odd_are_not() {
        for id in ["", "a b", "a\"b", "a/b", "a\nb", "é", &"x".repeat(129)] {
            assert_eq!(of(id), None, "{id}");
        }
    }
}
