//! Paths and queries as API Gateway reads them.
//!
//! A REST API hands a function the path, and the path parameters cut from it, still percent-encoded, and the query
//! decoded (LocalStack's snapshot `invocation-payload-with-path-encoded-email`; aws-sam-cli issues 771 and 3524).
//! Developer Guide, "Important notes" for REST APIs: `;` splits a query, and `|`, `{` and `}` must be encoded in it.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// The parameters of a query in order of their names, each with its values in the order they were sent.
pub(crate) type Parameters<'a> = BTreeMap<Cow<'a, str>, Vec<Cow<'a, str>>>;

/// A percent sign without two hex digits, an escape that is not UTF-8, or a character that must be encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Undecodable;

/// Decodes a query.
pub(crate) fn parse(query: &str) -> Result<Parameters<'_>, Undecodable> {
    if query.contains(['|', '{', '}']) {
        return Err(Undecodable);
    }
    let mut parameters = Parameters::new();
    for pair in query.split(['&', ';']).filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        parameters.entry(decode(name, true)?).or_default().push(decode(value, true)?);
    }
    Ok(parameters)
}

/// Checks that a path can be decoded by whoever it is handed to.
pub(crate) fn check_path(path: &str) -> Result<(), Undecodable> {
    decode(path, false).map(|_| ())
}

fn decode(text: &str, form: bool) -> Result<Cow<'_, str>, Undecodable> {
    if !text.bytes().any(|byte| byte == b'%' || (form && byte == b'+')) {
        return Ok(Cow::Borrowed(text));
    }
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => hex(bytes.next())? << 4 | hex(bytes.next())?,
            b'+' if form => b' ',
            byte => byte,
        });
    }
    String::from_utf8(decoded).map(Cow::Owned).map_err(|_| Undecodable)
}

fn hex(digit: Option<u8>) -> Result<u8, Undecodable> {
    let value = char::from(digit.ok_or(Undecodable)?).to_digit(16).ok_or(Undecodable)?;
    u8::try_from(value).map_err(|_| Undecodable)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(query: &str) -> Result<Vec<(String, Vec<String>)>, Undecodable> {
        let owned = |values: Vec<Cow<'_, str>>| values.into_iter().map(Cow::into_owned).collect();
        Ok(parse(query)?.into_iter().map(|(name, values)| (name.into_owned(), owned(values))).collect())
    }

    fn one(name: &str, values: &[&str]) -> Vec<(String, Vec<String>)> {
        vec![(name.to_owned(), values.iter().map(|&value| value.to_owned()).collect())]
    }

    #[test]
    fn names_and_values_are_decoded_once() {
        assert_eq!(pairs("a=1+2%2B3&a=%C3%A9"), Ok(one("a", &["1 2+3", "é"])));
        assert_eq!(pairs("a%5B%5D=%2525"), Ok(one("a[]", &["%25"])));
        assert_eq!(pairs("a=b=c"), Ok(one("a", &["b=c"])));
    }

    #[test]
    fn semicolons_split_and_empty_pieces_are_nothing() {
        assert_eq!(pairs("a=1;a=2"), Ok(one("a", &["1", "2"])));
        assert_eq!(pairs("&&a&"), Ok(one("a", &[""])));
        assert_eq!(pairs(""), Ok(vec![]));
    }

    #[test]
    fn what_can_not_be_decoded_is_refused() {
        for query in ["%", "a=%4", "a=%zz", "a=%+1", "%ff=1", "a=%C3", "a=|", "{a}=1", "a=%é"] {
            assert_eq!(pairs(query), Err(Undecodable), "{query}");
        }
        assert_eq!(check_path("/a+b/%2F%C3%A9"), Ok(()));
        for path in ["/%", "/%2", "/%g0", "/%ff", "/%C3/%A9"] {
            assert_eq!(check_path(path), Err(Undecodable), "{path}");
        }
    }

    #[test]
    fn any_text_survives_being_encoded() {
        let text: String = (0..0x2fff_u32).filter_map(char::from_u32).collect();
        let encoded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
        assert_eq!(pairs(&format!("k={encoded}")), Ok(one("k", &[&text])));
    }
}
