//! Where a page of a list ended.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use envelope::{Code, Failure};
use ring::digest::{SHA256, digest};

/// What the text of a cursor begins with: another way of writing it gets another number.
const VERSION: u8 = 1;

/// Characters of the longest cursor that is looked at: more than any list's keys need.
const MOST: usize = 1024;

/// Bytes of the check sum.
const CHECK: usize = 8;

/// The sort keys of a page's last row, after which the next page starts.
///
/// To a client it is opaque text: base64url of a version, a check sum and the keys. It never carries a partition
/// key: which rows there are to see is for the query to say. The check sum covers what names the list (say, `orders`
/// and the caller's id), so a cursor leads nowhere but where it came from. It keeps mistakes out, not forgers, who
/// would gain no more than another place to start in their own list.
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
    /// The place after the row with these sort keys.
    pub fn new(keys: [impl Into<String>; KEYS]) -> Self {
        Self(keys.map(Into::into))
    }

    /// The sort keys.
    pub fn into_keys(self) -> [String; KEYS] {
        self.0
    }

    /// The cursor as a client gets it, for the list of this name.
    pub fn encode(&self, list: &[&str]) -> String {
        let keys = joined(self.0.iter().map(String::as_str));
        let mut bytes = vec![VERSION];
        bytes.extend(check(list, &keys));
        bytes.extend(keys);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a cursor as a client gave it, for the list of this name.
    ///
    /// # Errors
    /// 400 `INVALID_CURSOR` for anything that [`Cursor::encode`] does not write for this list.
    pub fn decode(list: &[&str], text: &str) -> Result<Self, Failure> {
        Self::read(list, text).ok_or_else(|| Failure::validation(Code::INVALID_CURSOR, "Invalid cursor"))
    }

    fn read(list: &[&str], text: &str) -> Option<Self> {
        if text.len() > MOST {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (&VERSION, bytes) = bytes.split_first()? else { return None };
        let (sum, keys) = bytes.split_at_checked(CHECK)?;
        if check(list, keys) != sum {
            return None;
        }
        split(keys)?.try_into().ok().map(Self)
    }
}

fn check(list: &[&str], keys: &[u8]) -> [u8; CHECK] {
    // The length of each part keeps `["a", "bc"]` and `["ab", "c"]` apart.
    let mut text = joined(list.iter().copied());
    text.extend(u16::try_from(list.len()).unwrap_or(u16::MAX).to_be_bytes());
    text.extend(keys);
    let mut sum = [0; CHECK];
    sum.copy_from_slice(&digest(&SHA256, &text).as_ref()[..CHECK]);
    sum
}

/// Each part after its length in two bytes: DynamoDB's sort keys have at most 1024.
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
        // DynamoDB has no empty key either.
        parts.push(String::from_utf8(part.to_vec()).ok().filter(|part| !part.is_empty())?);
        bytes = rest;
    }
    Some(parts)
}

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
    fn a_cursor_is_text_that_a_url_takes_as_it_is() {
        let text = Cursor::new(["~~~???", "ÿÿÿ"]).encode(LIST);
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'), "{text}");
    }

    #[test]
    fn rubbish_is_refused() {
        let good = Cursor::new(["a", "b"]).encode(LIST);
        for text in ["", "AQ", "!", "null", "eyJhIjoxfQ==", &good[1..], &good[..good.len() - 1], &format!("{good}A")] {
            assert_eq!(decode(text), Err(Code::INVALID_CURSOR), "{text:?}");
        }
    }

    #[test]
    fn keys_that_no_row_has_are_refused() {
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
