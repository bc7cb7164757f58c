//! How many rows a page has.

use super::{FromQuery, whole_number};

/// The parameter `limit`: 20 unless told, 1 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(u32);

impl Limit {
    /// The longest page.
    pub const MOST: u32 = 100;

    /// Rows a page.
    pub fn get(self) -> u32 {
        self.0
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(20)
    }
}

impl FromQuery for Limit {
    fn from_query(text: &str) -> Result<Self, (&'static str, String)> {
        whole_number(text, 1, Self::MOST).map(Self)
    }
}
