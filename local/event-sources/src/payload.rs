//! The event that a batch becomes: `{"Records":[…]}`.

use bytes::Bytes;

/// The longest payload of an invocation, in bytes (AWS Lambda: "Lambda quotas").
pub(crate) const MAX_BYTES: usize = 6 * 1024 * 1024;

/// How long an event with these records is, in bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size(usize);

impl Size {
    /// An event without records: `{"Records":[]}`.
    pub(crate) const EMPTY: Self = Self(14);

    /// The size with one more record and its comma.
    pub(crate) fn with(self, record: &str) -> Self {
        Self(self.0 + record.len() + 1)
    }

    pub(crate) fn fits(self) -> bool {
        self.0 <= MAX_BYTES
    }
}

/// The event of these records, each one element of `Records` in JSON.
pub(crate) fn of<'a>(records: impl Iterator<Item = &'a str>) -> Bytes {
    let records: Vec<&str> = records.collect();
    Bytes::from(format!(r#"{{"Records":[{}]}}"#, records.join(",")))
}
