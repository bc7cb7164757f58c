//! Cursors: where the next page of a list starts.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use envelope::{Code, Failure};
use ring::digest::{SHA256, digest};

/// First byte of a cursor: a new format gets a new number.
const VERSION: u8 = 1;

/// The longest cursor that is decoded, in characters: more than the keys of any list need.
const MAX_LENGTH: usize = 1024;

/// Length of the checksum in bytes.
const CHECKSUM_LENGTH: usize = 8;

/// The sort keys of a page's last row, after which the next page starts.
///
/// To a client it is opaque: base64url of a version, a checksum and the keys. It has no partition key, because the query
/// decides which rows a caller may see. The checksum also covers the list's name (say, `orders` and the caller's id), so
/// a cursor is valid for its own list only. It guards against mistakes, not against forgery: a forged cursor gains no more
/// than another position in the caller's own list.
///
/// ```
/// use tables::Cursor;
///
/// let text = Cursor::new(["2026-01-31", "42"]).encode(&["orders", "ada"]);
/// assert_eq!(Cursor::decode(&["orders", "ada"], &text).unwrap().into_keys(), ["2026-01-31", "42"]);
/// assert!(Cursor::<2>::decode(&["orders", "bob"], &text).is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor<const KEYS: usize>([String; KEYS]);

impl<const KEYS: usize> Cursor<KEYS> {
    /// The position after the row with these sort keys.
    pub fn new(keys: [impl Into<String>; KEYS]) -> Self {
        Self(keys.map(Into::into))
    }

    /// The sort keys.
    pub fn into_keys(self) -> [String; KEYS] {
        self.0
    }

    /// The text for the client; `list` is the list's name.
    pub fn encode(&self, list: &[&str]) -> String {
        let keys = joined(self.0.iter().map(String::as_str));
        let mut bytes = vec![VERSION];
        bytes.extend(checksum(list, &keys));
        bytes.extend(keys);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads the text that a client sent; `list` is the list's name.
    ///
    /// # Errors
    /// 400 `INVALID_CURSOR` for any text that [`Cursor::encode`] did not write for this list.
    pub fn decode(list: &[&str], text: &str) -> Result<Self, Failure> {
        Self::read(list, text).ok_or_else(|| Failure::validation(Code::INVALID_CURSOR, "Invalid cursor"))
    }

    fn read(list: &[&str], text: &str) -> Option<Self> {
        if text.len() > MAX_LENGTH {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (&VERSION, bytes) = bytes.split_first()? else { return None };
        let (sum, keys) = bytes.split_at_checked(CHECKSUM_LENGTH)?;
        if checksum(list, keys) != sum {
            return None;
        }
        split(keys)?.try_into().ok().map(Self)
    }
}

fn checksum(list: &[&str], keys: &[u8]) -> [u8; CHECKSUM_LENGTH] {
    // The length of each part keeps `["a", "bc"]` and `["ab", "c"]` apart.
    let mut text = joined(list.iter().copied());
    text.extend(u16::try_from(list.len()).unwrap_or(u16::MAX).to_be_bytes());
    text.extend(keys);
    let mut sum = [0; CHECKSUM_LENGTH];
    sum.copy_from_slice(&digest(&SHA256, &text).as_ref()[..CHECKSUM_LENGTH]);
    sum
}

/// Each part, preceded by its length in two bytes: a sort key of DynamoDB has at most 1024 bytes.
fn joined<'a>(parts: impl Iterator<Item = &'a str>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in parts {
        let length = u16::try_from(part.len()).unwrap_or(u16::MAX);
        bytes.extend(length.to_be_bytes());
        bytes.extend(&part.as_bytes()[..length.into()]);
    }
    bytes
}

fn split(mut bytes: &[u8]) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_first_chunk()?;
        let (part, rest) = rest.split_at_checked(u16::from_be_bytes(*length).into())?;
        // A key of DynamoDB is never empty.
        parts.push(String::from_utf8(part.to_vec()).ok().filter(|part| !part.is_empty())?);
        bytes = rest;
    }
    Some(parts)
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &[&str] = &["orders", "ada"];

    fn decode(text: &str) -> Result<Cursor<2>, Code> {
        Cursor::decode(LIST, text).map_err(|failure| failure.code())
    }

    #[test]
    fn keys_come_back_as_they_were() {
        for keys in [["a", "b"], ["#", "é\0\n"], ["2026-01-31T12:00:00.000Z", "0197"]] {
            let cursor = Cursor::new(keys);
            assert_eq!(decode(&cursor.encode(LIST)), Ok(cursor));
        }
    }

    #[test]
    fn a_cursor_needs_no_escaping_in_a_url() {
        let text = Cursor::new(["~~~???", "ÿÿÿ"]).encode(LIST);
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'), "{text}");
    }

    #[test]
    fn the_longest_cursor_is_read_and_no_longer_one() {
        let cursor = |length: usize| Cursor::new(["a".to_owned(), "x".repeat(length)]);
        assert_eq!(cursor(754).encode(LIST).len(), MAX_LENGTH);
        assert_eq!(decode(&cursor(754).encode(LIST)), Ok(cursor(754)));
        assert_eq!(decode(&cursor(755).encode(LIST)), Err(Code::INVALID_CURSOR));
    }

    #[test]
    fn other_text_is_refused() {
        let good = Cursor::new(["a", "b"]).encode(LIST);
        for text in ["", "AQ", "!", "null", "eyJhIjoxfQ==", &good[1..], &good[..good.len() - 1], &format!("{good}A")] {
            assert_eq!(decode(text), Err(Code::INVALID_CURSOR), "{text:?}");
        }
    }

    #[test]
    fn keys_that_no_row_can_have_are_refused() {
        for keys in [["", "b"], ["a", ""], ["a", &"x".repeat(1024)]] {
            assert_eq!(decode(&Cursor::new(keys).encode(LIST)), Err(Code::INVALID_CURSOR));
        }
    }

    #[test]
    fn a_cursor_changed_anywhere_is_refused() {
        let good = Cursor::new(["a", "b"]).encode(LIST);
        for at in 0..good.len() {
            let other = if good.as_bytes()[at] == b'x' { "y" } else { "x" };
            let mut text = good.clone();
            text.replace_range(at..=at, other);
            assert_eq!(decode(&text), Err(Code::INVALID_CURSOR), "{text}");
        }
    }

    #[test]
    fn a_cursor_of_another_list_or_another_number_of_keys_is_refused() {
        let text = Cursor::new(["a", "b"]).encode(LIST);
        assert!(Cursor::<2>::decode(&["orders", "bob"], &text).is_err());
        assert!(Cursor::<2>::decode(&["ordersa", "da"], &text).is_err());
        assert!(Cursor::<2>::decode(&["orders"], &text).is_err());
        assert!(Cursor::<1>::decode(LIST, &text).is_err());
        assert!(Cursor::<3>::decode(LIST, &text).is_err());
    }
}
