//! Reads the literal of a JSON number by its exact value.

use serde_json::{Number, Value};

use super::Reject;

/// Decimal digits that a `u64` has at most.
const MAX_DIGITS: i64 = 20;

/// The significant digits of a decimal number and its exponent: 70.0 is 7 times ten to the power of 1.
#[derive(Debug, PartialEq, Eq)]
struct Decimal {
    is_negative: bool,
    /// Without zeros at either end; empty for 0.
    digits: String,
    exponent: i64,
}

impl Decimal {
    /// The value of a literal of RFC 8259, section 6.
    fn of(literal: &str) -> Self {
        let (is_negative, literal) = literal.strip_prefix('-').map_or((false, literal), |rest| (true, rest));
        let (mantissa, exponent) = literal.split_once(['e', 'E']).unwrap_or((literal, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{fraction}");
        let digits = all.trim_end_matches('0');
        // An exponent that does not fit into 64 bits is as good as the largest one that does.
        let beyond = if exponent.starts_with('-') { i64::MIN / 2 } else { i64::MAX / 2 };
        let moved = all.len() as i64 - digits.len() as i64 - fraction.len() as i64;
        let exponent = exponent.parse().unwrap_or(beyond).clamp(i64::MIN / 2, i64::MAX / 2) + moved;
        match digits.trim_start_matches('0') {
            "" => Self { is_negative: false, digits: String::new(), exponent: 0 },
            digits => Self { is_negative, digits: digits.to_owned(), exponent },
        }
    }

    /// The value as a 64-bit integer, if it is one.
    fn integer(&self) -> Option<Number> {
        if self.exponent < 0 || self.digits.len() as i64 + self.exponent > MAX_DIGITS {
            return None;
        }
        let zeros = "0".repeat(usize::try_from(self.exponent).ok()?);
        let sign = if self.is_negative { "-" } else { "" };
        let text = format!("{sign}0{}{zeros}", self.digits);
        text.parse::<u64>().map(Number::from).or_else(|_| text.parse::<i64>().map(Number::from)).ok()
    }
}

/// The number that a literal stands for. `None` if it is beyond the range of doubles.
///
/// It is a double if the literal has a point or an exponent and a double shows just its digits (`7.0`, `19.99`), so that an
/// error shows it as the client wrote it. Any other integer (`9007199254740993.0`) is a 64-bit one. A fraction with more
/// digits than the 15 to 17 of a double is rounded to a double that has all of its digits, so that it never becomes a shorter
/// number: `7.00000000000000001` is no 7 and `0.50000000000000000001` no 0.5.
pub(super) fn number(literal: &str) -> Option<Number> {
    let exact = Decimal::of(literal);
    let nearest: f64 = literal.parse().ok()?;
    if literal.contains(['.', 'e', 'E']) && Decimal::of(&nearest.to_string()) == exact {
        return Number::from_f64(nearest);
    }
    let away_from_zero = f64::from_bits(nearest.to_bits() + 1);
    let double = || Number::from_f64(if exact.exponent < 0 { away_from_zero } else { nearest });
    exact.integer().or_else(double)
}

/// Reads an integer from `least` to `most`: a JSON number without a fraction, in any notation.
///
/// # Errors
/// [`Reject`] with `INVALID_TYPE` for any other value, with `OUT_OF_RANGE` for another integer.
pub fn integer(value: &Value, least: u64, most: u64) -> Result<u64, Reject> {
    let whole = match value {
        Value::Number(number) => number.as_f64().is_some_and(|number| number.fract() == 0.0),
        _ => false,
    };
    if !whole {
        return Err(Reject::mistyped(&format!("a whole number from {least} to {most}")));
    }
    let integer = Decimal::of(&value.to_string()).integer().and_then(|integer| integer.as_u64());
    integer
        .filter(|integer| (least..=most).contains(integer))
        .ok_or_else(|| Reject::invalid("OUT_OF_RANGE", format!("must be from {least} to {most}")))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(literal: &str) -> Value {
        number(literal).map_or(Value::Null, Value::Number)
    }

    #[test]
    fn an_integer_is_one_in_any_notation() {
        for literal in ["7", "7.0", "7.000", "7e0", "7E0", "70e-1", "0.7e1", "0.07e+2", "7000000e-6"] {
            assert_eq!(integer(&read(literal), 0, 9).unwrap(), 7, "{literal}");
        }
        for literal in ["0", "-0", "0.0", "-0.0", "0e9", "-0e-9", "0e99999999999999999999", "0.0e-99999999999999999999"]
        {
            assert_eq!(integer(&read(literal), 0, 9).unwrap(), 0, "{literal}");
        }
        assert_eq!(integer(&read("1e9"), 0, u64::MAX).unwrap(), 1_000_000_000);
        assert_eq!(read("7.0").to_string(), "7.0");
        assert_eq!(read("7").to_string(), "7");
    }

    #[test]
    fn no_digit_of_an_integer_is_lost() {
        assert_eq!(read("9007199254740993.0"), json!(9_007_199_254_740_993_u64));
        assert_eq!(read("18446744073709551615.0"), json!(u64::MAX));
        assert_eq!(read("-9223372036854775807.0"), json!(-i64::MAX));
        assert_eq!(read("18446744073709551616"), json!(18_446_744_073_709_551_616.0));
        assert_eq!(read("1e300"), json!(1e300));
        let long = format!("7{}e-3000", "0".repeat(3_000));
        assert_eq!(integer(&read(&long), 0, 9).unwrap(), 7);
    }

    #[test]
    fn a_fraction_never_becomes_a_shorter_number() {
        for (literal, double) in [("1.5", 1.5), ("19.990", 19.99), ("1999e-2", 19.99), ("0.1", 0.1), ("-2.5", -2.5)] {
            assert_eq!(read(literal), json!(double), "{literal}");
        }
        for (literal, shorter) in [
            ("7.00000000000000001", 7.0),
            ("1000000000.00000000001", 1e9),
            ("-7.00000000000000001", -7.0),
            ("19.9900000000000000001", 19.99),
            ("1e-400", 0.0),
        ] {
            let number = read(literal).as_f64().unwrap();
            assert!(number != shorter && number.fract() != 0.0 && number.to_string().len() > 15, "{literal}: {number}");
        }
    }

    #[test]
    fn a_number_beyond_a_doubles_range_is_none() {
        for literal in ["1e400", "-1e400", "1e99999999999999999999", "1.5e309"] {
            assert_eq!(number(literal), None, "{literal}");
        }
    }

    #[test]
    fn an_integer_has_a_range_and_a_type() {
        for value in [json!(1), json!(1.0), json!(10), json!(1e1)] {
            assert!(integer(&value, 1, 10).is_ok(), "{value}");
        }
        for value in [json!(0), json!(-0.0), json!(-1), json!(-1.0), json!(11), json!(u64::MAX), json!(1e300)] {
            let refused = integer(&value, 1, 10);
            assert!(matches!(refused, Err(Reject::Invalid { code: "OUT_OF_RANGE", .. })), "{value}");
        }
        for value in [json!(1.5), json!(-0.1), json!("1"), json!(true), json!([1]), json!({}), json!(5e-324)] {
            let refused = integer(&value, 1, 10);
            assert!(matches!(refused, Err(Reject::Invalid { code: "INVALID_TYPE", .. })), "{value}");
        }
    }
}
