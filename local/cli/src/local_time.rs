//! Times in this machine's time zone.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};

/// A time that RFC 3339 has, to the second: `2026-01-31 13:00:00`. Any other text is left as it is.
pub fn of(text: &str) -> String {
    zoned(text, TimeZone::system())
        .map_or_else(|| text.to_owned(), |time| time.strftime("%Y-%m-%d %H:%M:%S").to_string())
}

/// Its time of day, to the millisecond: `13:00:00.123`.
pub fn of_day(text: &str) -> String {
    zoned(text, TimeZone::system()).map_or_else(|| text.to_owned(), |time| time.strftime("%H:%M:%S%.3f").to_string())
}

/// The time of day now, to the second.
pub fn now() -> String {
    ZonedDateTime::now().strftime("%H:%M:%S").to_string()
}

fn zoned(text: &str, zone: TimeZone) -> Option<ZonedDateTime> {
    text.parse::<Timestamp>().ok().map(|time| time.to_zoned_datetime(zone))
}

#[cfg(test)]
mod tests {
    use jiff::tz::{Offset, TimeZone};

    use super::*;

    #[test]
    fn a_time_is_told_in_the_zone() {
        let zone = TimeZone::fixed(Offset::constant(2));
        let time = zoned("2026-01-31T23:30:00.5Z", zone).unwrap();
        assert_eq!(time.strftime("%Y-%m-%d %H:%M:%S%.3f").to_string(), "2026-02-01 01:30:00.500");
    }

    #[test]
    fn a_text_that_is_no_time_stays() {
        assert_eq!((of("yesterday"), of_day("")), ("yesterday".to_owned(), String::new()));
    }
}
