//! The request header `Idempotency-Key`: a name for the request, so that a request sent again has no second effect.

use std::borrow::Cow;

use envelope::decode::Problem;
use http::HeaderMap;

/// The request header (draft-ietf-httpapi-idempotency-key-header).
pub const HEADER: &str = "Idempotency-Key";

/// A key: 1 to 255 printable ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Longest key in bytes.
    pub const MAX_BYTES: usize = 255;

    /// The key of a request, if it has one. Equal keys are one; different ones would be two requests, so they are none.
    ///
    /// # Errors
    /// The problem with the header.
    pub fn of(headers: &HeaderMap) -> Option<Result<Self, Problem>> {
        // A value that is not UTF-8 is a key that can't be read, not a missing one, which would have a second effect.
        let lines = headers.get_all(HEADER).into_iter().map(|line| String::from_utf8_lossy(line.as_bytes()));
        let lines: Vec<Cow<'_, str>> = lines.collect();
        let mut keys = lines.iter().flat_map(|line| values(line)).map(Self::parse);
        let first = keys.next()?;
        Some(first.and_then(|first| {
            keys.try_fold(first, |first, key| match key? {
                key if key == first => Ok(first),
                _ => Err(refused("INVALID_VALUE", "must be one, not several that differ")),
            })
        }))
    }

    /// Reads the header's value: a quoted string as the draft demands (RFC 9651: `"8e03978e"`), or the bare key that most
    /// clients send. Both are the same key.
    ///
    /// # Errors
    /// The problem with the value.
    pub fn parse(value: &str) -> Result<Self, Problem> {
        let value = value.trim_matches([' ', '\t']);
        let key = match value.strip_prefix('"') {
            Some(quoted) => unquoted(quoted).ok_or_else(|| refused("INVALID_FORMAT", "must be one quoted string"))?,
            None => value.to_owned(),
        };
        match key.len() {
            0 => Err(refused("REQUIRED", "must not be empty; leave it out instead")),
            1..=Self::MAX_BYTES if key.bytes().all(is_printable) => Ok(Self(key)),
            1..=Self::MAX_BYTES => Err(refused("INVALID_FORMAT", "must be printable ASCII")),
            _ => Err(refused("TOO_LONG", format!("must be at most {} bytes", Self::MAX_BYTES))),
        }
    }

    /// The key without quotes.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The values of a header line. A proxy, or a gateway (payload 2.0 of API Gateway), may join several lines with commas
/// (RFC 9110, section 5.3). A comma in a quoted string is a part of it.
fn values(line: &str) -> impl Iterator<Item = &str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    line.split(move |character| {
        let is_separator = character == ',' && !is_quoted;
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = is_quoted,
            '"' => is_quoted = !is_quoted,
            _ => {}
        }
        is_separator
    })
}

fn is_printable(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}

/// The content of a quoted string, given without its opening quote (RFC 9651, section 4.2.5).
///
/// (The crate `sfv` refuses an unprintable character as a syntax error, so a client could not be told which of the two it
/// was. It also accepts parameters, which a key must not have.)
fn unquoted(quoted: &str) -> Option<String> {
    let mut text = String::with_capacity(quoted.len());
    let mut characters = quoted.chars();
    loop {
        match characters.next()? {
            '"' => return characters.next().is_none().then_some(text),
            '\\' => text.push(characters.next().filter(|c| matches!(c, '"' | '\\'))?),
            character => text.push(character),
        }
    }
}

fn refused(code: &'static str, message: impl Into<String>) -> Problem {
    Problem { field: HEADER.to_owned(), code, message: message.into() }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn of(values: &[&[u8]]) -> Option<Result<String, &'static str>> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(HEADER, HeaderValue::from_bytes(value).unwrap());
        }
        IdempotencyKey::of(&headers).map(|key| key.map(|key| key.0).map_err(|problem| problem.code))
    }

    #[test]
    fn a_request_has_one_key() {
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[b"a"]), Some(Ok("a".to_owned())));
        assert_eq!(of(&[b"a", b" \"a\"", b"a"]), Some(Ok("a".to_owned())));
        for values in [&[b"a".as_slice(), b"b"], &[b"a", b"A"], &[b"a", b"a b"]] {
            assert_eq!(of(values), Some(Err("INVALID_VALUE")));
        }
        assert_eq!(of(&[b"a", b""]), Some(Err("REQUIRED")));
        // Joined into one line they are the same keys.
        assert_eq!(of(&[b"a, \"a\",a"]), Some(Ok("a".to_owned())));
        assert_eq!(of(&[b"a,b"]), Some(Err("INVALID_VALUE")));
        assert_eq!(of(&[b"a,"]), Some(Err("REQUIRED")));
        assert_eq!(of(&[br#""a, \", b""#]), Some(Ok("a, \", b".to_owned())));
        assert_eq!(of(&[br#""a, \\", b"#]), Some(Err("INVALID_VALUE")));
        // Not UTF-8: no key, but not none either, which would have a second effect.
        assert_eq!(of(&[b"schl\xfcssel"]), Some(Err("INVALID_FORMAT")));
    }

    fn key(value: &str) -> String {
        IdempotencyKey::parse(value).unwrap().as_str().to_owned()
    }

    #[test]
    fn a_key_is_read_bare_or_quoted() {
        assert_eq!(key("8e03978e-40d5"), "8e03978e-40d5");
        assert_eq!(key("\"8e03978e-40d5\""), "8e03978e-40d5");
        assert_eq!(key(r#" "a \"b\" \\c" "#), r#"a "b" \c"#);
        assert_eq!(key(&"x".repeat(255)).len(), 255);
        assert_eq!(key(&format!("\"{}\"", "x".repeat(255))).len(), 255);
    }

    #[test]
    fn any_other_value_is_refused() {
        for (value, code) in [
            ("", "REQUIRED"),
            ("\"\"", "REQUIRED"),
            ("\"open", "INVALID_FORMAT"),
            ("\"a\"b", "INVALID_FORMAT"),
            (r#""a\n""#, "INVALID_FORMAT"),
            ("a\u{7f}", "INVALID_FORMAT"),
            ("schlüssel", "INVALID_FORMAT"),
            (&"x".repeat(256), "TOO_LONG"),
        ] {
            let problem = IdempotencyKey::parse(value).unwrap_err();
            assert_eq!((problem.field.as_str(), problem.code), ("Idempotency-Key", code), "{value:?}");
        }
    }
}
