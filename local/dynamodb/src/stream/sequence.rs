//! Positions in a stream.

use std::fmt;
use std::str::FromStr;

use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

/// A record's sequence number, and so the position just after it. Its text form is the `SequenceNumber` that records
/// carry: 21 digits, so that text and numbers sort alike.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sequence(i64);

/// What dynoxide adds to the number it stores.
const OFFSET: u128 = 100_000_000_000_000_000_000;

impl Sequence {
    /// Before every record (`TRIM_HORIZON`).
    pub const START: Self = Self(0);

    /// The number that stories know it by.
    pub fn number(self) -> i64 {
        self.0
    }

    /// The position just before this record, so that it is the next one read.
    pub fn before(self) -> Self {
        Self((self.0 - 1).max(0))
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (OFFSET + u128::from(self.0.unsigned_abs())).fmt(f)
    }
}

/// The text is not a sequence number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a sequence number")]
pub struct NotASequence;

impl FromStr for Sequence {
    type Err = NotASequence;

    fn from_str(text: &str) -> Result<Self, NotASequence> {
        let number: u128 = text.parse().map_err(|_| NotASequence)?;
        let stored = number.checked_sub(OFFSET).and_then(|stored| i64::try_from(stored).ok());
        stored.map(Self).ok_or(NotASequence)
    }
}

impl ToSql for Sequence {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.into())
    }
}

impl FromSql for Sequence {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_i64().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_form_is_dynoxides_and_is_read_back() {
        let sequence = Sequence(1_761_000_000_000_000);
        assert_eq!(sequence.to_string(), "100001761000000000000");
        assert_eq!("100001761000000000000".parse(), Ok(sequence));
        assert_eq!("17".parse::<Sequence>(), Err(NotASequence));
        assert_eq!(Sequence::START.before(), Sequence::START);
    }
}
