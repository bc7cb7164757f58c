//! Times as this API writes them.

use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

const FORMAT: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");

/// RFC 3339 in UTC with milliseconds: `2026-01-31T12:00:00.000Z`.
pub fn rfc3339(time: OffsetDateTime) -> String {
    // The format has no part that could be missing from an `OffsetDateTime`.
    time.to_offset(time::UtcOffset::UTC).format(FORMAT).unwrap_or_default()
}

/// The present, as [`rfc3339`].
pub fn now() -> String {
    rfc3339(OffsetDateTime::now_utc())
}

/// The present in whole seconds since the epoch.
pub fn epoch_seconds() -> u64 {
    OffsetDateTime::now_utc().unix_timestamp().max(0).unsigned_abs()
}

/// The present in milliseconds since the epoch.
pub fn epoch_milliseconds() -> u64 {
    u64::try_from(OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    #[test]
    fn times_are_utc_with_milliseconds() {
        assert_eq!(super::rfc3339(datetime!(2026-01-31 14:00:00.0079 +2)), "2026-01-31T12:00:00.007Z");
    }
}
