//! The page of a list that a request asks for: by number, or by a cursor.

use super::{FromQuery, whole_number};

/// The parameter `limit`, 1 to 100: rows per page. 20 unless the route says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(u32);

/// The parameter `page`, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageNumber(u32);

/// The parameter `cursor`: where to go on. Decoding it needs the list's name. An empty one counts as none: a form or a
/// generated client sends what nobody filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CursorParameter(Option<String>);

impl CursorParameter {
    /// The cursor as it was sent, unless it is empty.
    pub fn into_text(self) -> Option<String> {
        self.0
    }
}

impl Limit {
    /// The most rows per page.
    pub const MOST: u32 = 100;

    /// Rows per page.
    pub fn get(self) -> u32 {
        self.0
    }
}

impl PageNumber {
    /// How many rows numbered pages reach. To find a page, all rows before it are read; a cursor needs none of them.
    pub const REACH: u32 = 1_000;

    /// The number.
    pub fn get(self) -> u32 {
        self.0
    }

    /// Whether a page of `limit` rows with this number lies within [`PageNumber::REACH`].
    pub fn is_in_reach(self, limit: u32) -> bool {
        u64::from(self.0) * u64::from(limit) <= u64::from(Self::REACH)
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(20)
    }
}

impl Default for PageNumber {
    fn default() -> Self {
        Self(1)
    }
}

impl FromQuery for Limit {
    fn from_query(text: &str) -> Result<Self, (&'static str, String)> {
        whole_number(text, 1, Self::MOST).map(Self)
    }
}

impl FromQuery for CursorParameter {
    fn from_query(text: &str) -> Result<Self, (&'static str, String)> {
        Ok(Self((!text.is_empty()).then(|| text.to_owned())))
    }
}

impl FromQuery for PageNumber {
    fn from_query(text: &str) -> Result<Self, (&'static str, String)> {
        whole_number(text, 1, u32::MAX).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::{CursorParameter, FromQuery, PageNumber};

    #[test]
    fn an_empty_cursor_is_none() {
        let text = |given: &str| CursorParameter::from_query(given).unwrap().into_text();
        assert_eq!(text(""), None);
        assert_eq!(text(" "), Some(" ".to_owned()), "a cursor that is refused");
    }

    #[test]
    fn a_page_is_in_reach_as_a_whole_or_not_at_all() {
        assert!(PageNumber(10).is_in_reach(100));
        assert!(!PageNumber(34).is_in_reach(30));
        assert!(!PageNumber(u32::MAX).is_in_reach(100));
    }
}
