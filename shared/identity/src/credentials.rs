//! The value of an `Authorization` header.

/// The token of `Bearer …` (RFC 6750); the scheme in any case, and one or more spaces after it (RFC 9110, section 11.4).
pub fn bearer_token(credentials: &str) -> Option<&str> {
    let (scheme, token) = credentials.trim_matches([' ', '\t']).split_once(' ')?;
    let token = token.trim_start_matches(' ');
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::bearer_token;

    #[test]
    fn the_scheme_is_bearer_in_any_case() {
        for credentials in ["Bearer abc", "bearer abc", "BEARER abc", "bEaReR   abc", " Bearer abc\t"] {
            assert_eq!(bearer_token(credentials), Some("abc"), "{credentials:?}");
        }
        for credentials in ["", "abc", "Bearer", "Bearer ", "Bearerabc", "Bearer\tabc", "Basic abc", "xBearer abc"] {
            assert_eq!(bearer_token(credentials), None, "{credentials:?}");
        }
    }
}
