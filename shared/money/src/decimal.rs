//! The decimal form of cents: reading and writing.

use serde::Serializer;

/// Why a text is not an amount in cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotCents {
    /// The text is not digits, with or without a point and more digits.
    Malformed,
    /// The text has fractions of a cent.
    TooPrecise,
    /// The amount is over `u64::MAX` cents.
    TooLarge,
}

/// Reads `12`, `12.5` or `12.50`. Further zeros (`12.500`) are ignored.
pub(crate) fn parse(text: &str) -> Result<u64, NotCents> {
    let (whole, decimals) = match text.split_once('.') {
        Some((_, "")) => return Err(NotCents::Malformed),
        Some((whole, decimals)) => (whole, decimals.trim_end_matches('0')),
        None => (text, ""),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(decimals) {
        return Err(NotCents::Malformed);
    }
    if decimals.len() > 2 {
        return Err(NotCents::TooPrecise);
    }
    format!("{whole}{decimals:0<2}").parse().map_err(|_| NotCents::TooLarge)
}

/// Writes cents as a JSON number: `12`, `12.5`, `12.99`. A double is exact to 15 digits, so amounts below ten trillion are
/// exact to the cent.
pub(crate) fn serialize<S: Serializer>(cents: u64, serializer: S) -> Result<S::Ok, S::Error> {
    if cents.is_multiple_of(100) {
        serializer.serialize_u64(cents / 100)
    } else {
        serializer.serialize_f64(cents as f64 / 100.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_read_exactly() {
        for (text, cents) in [
            ("0", 0),
            ("0.01", 1),
            ("12", 1_200),
            ("12.5", 1_250),
            ("12.50", 1_250),
            ("9999999.99", 999_999_999),
            ("1.000", 100),
        ] {
            assert_eq!(parse(text), Ok(cents), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", ".", "5.", ".5", "-1", "+1", "1e3", "1,5", " 1", "1.-5", "٣", "NaN"] {
            assert_eq!(parse(text), Err(NotCents::Malformed), "{text}");
        }
        assert_eq!(parse("0.001"), Err(NotCents::TooPrecise));
        assert_eq!(parse("999999999999999999999"), Err(NotCents::TooLarge));
    }
}
