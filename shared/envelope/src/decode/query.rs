//! Reads the query.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::value::RawValue;

use super::number::number;
use super::problems::Problems;
use super::{DecodeQuery, Reject, integer};
use crate::{Code, Failure};

/// A type that a query parameter can be read into.
pub trait FromQuery: Sized {
    /// Reads the decoded text.
    ///
    /// # Errors
    /// The problem's code and message.
    fn from_query(text: &str) -> Result<Self, (&'static str, String)>;
}

impl FromQuery for String {
    fn from_query(text: &str) -> Result<Self, (&'static str, String)> {
        Ok(text.to_owned())
    }
}

impl FromQuery for bool {
    fn from_query(text: &str) -> Result<Self, (&'static str, String)> {
        match text {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(("INVALID_TYPE", "must be true or false".to_owned())),
        }
    }
}

/// The parameters of a query, and the problems found in them so far.
#[derive(Debug)]
pub struct QueryFields<'a> {
    /// In the order of their names, so that the same request always gets the same answer.
    parameters: BTreeMap<&'a str, Vec<&'a str>>,
    problems: Problems,
}

impl<'a> QueryFields<'a> {
    /// Reads names and values into `T`.
    pub(crate) fn read<T: DecodeQuery>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Result<T, Failure> {
        let mut query = Self { parameters: BTreeMap::new(), problems: Problems::default() };
        for (name, value) in pairs {
            query.parameters.entry(name).or_default().push(value);
        }
        let value = T::decode(&mut query);
        for name in query.parameters.keys() {
            query.problems.add(name, "UNKNOWN_FIELD", "is not a parameter of this request");
        }
        match value {
            Some(value) if query.problems.is_empty() => Ok(value),
            _ if query.problems.is_empty() => Err(Failure::internal("a decoder gave neither a value nor a problem")),
            _ => Err(Failure::validation(Code::INVALID_FIELDS, "Validation failed").detail("fields", &query.problems)),
        }
    }

    /// Reads a parameter, if it is given. The outer `None` means that a problem was added.
    pub fn optional<T: FromQuery>(&mut self, name: &str) -> Option<Option<T>> {
        let Some(values) = self.parameters.remove(name) else { return Some(None) };
        let [value] = values.as_slice() else {
            self.add(name, "REPEATED", "must be given once");
            return None;
        };
        match T::from_query(value) {
            Ok(value) => Some(Some(value)),
            Err((code, message)) => {
                self.add(name, code, message);
                None
            }
        }
    }

    /// Adds a problem between parameters, each of which is valid by itself.
    pub fn add(&mut self, name: &str, code: &'static str, message: impl Into<String>) {
        self.problems.add(name, code, message);
    }
}

/// A whole number from `least` to `most`: decimal digits, or another notation of JSON for an integer, as [`integer`] reads
/// them in a body (`7.0`, `7e0`).
///
/// # Errors
/// `OUT_OF_RANGE` or `INVALID_TYPE` with the range.
pub fn whole_number(text: &str, least: u32, most: u32) -> Result<u32, (&'static str, String)> {
    let out_of_range = || ("OUT_OF_RANGE", format!("must be from {least} to {most}"));
    if !is_unsigned_number(text) {
        return Err(("INVALID_TYPE", format!("must be a whole number from {least} to {most}")));
    }
    let value = number(text).map(Value::Number).ok_or_else(out_of_range)?;
    match integer(&value, least.into(), most.into()) {
        Ok(number) => u32::try_from(number).map_err(|_| out_of_range()),
        Err(Reject::Invalid { code, message, .. }) => Err((code, message)),
        Err(_) => Err(out_of_range()),
    }
}

/// Whether a text is digits, or a number of JSON without a sign.
fn is_unsigned_number(text: &str) -> bool {
    let is_json = || serde_json::from_str::<&RawValue>(text).is_ok_and(|json| json.get() == text);
    text.starts_with(|c: char| c.is_ascii_digit()) && (text.bytes().all(|byte| byte.is_ascii_digit()) || is_json())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug)]
    struct Limit(u32);

    impl FromQuery for Limit {
        fn from_query(text: &str) -> Result<Self, (&'static str, String)> {
            whole_number(text, 1, 100).map(Self)
        }
    }

    #[derive(Debug)]
    struct Page(Option<Limit>);

    impl DecodeQuery for Page {
        fn decode(query: &mut QueryFields) -> Option<Self> {
            Some(Self(query.optional("limit")?))
        }
    }

    fn read(pairs: &[(&str, &str)]) -> Result<Page, Failure> {
        QueryFields::read(pairs.iter().copied())
    }

    #[test]
    fn a_parameter_is_read_or_absent() {
        assert_eq!(read(&[("limit", "7")]).unwrap().0.map(|limit| limit.0), Some(7));
        assert!(read(&[]).unwrap().0.is_none());
    }

    #[test]
    fn a_whole_number_may_be_written_with_a_point_or_an_exponent() {
        for text in ["7", "007", "7.0", "7.000", "7e0", "7E0", "70e-1", "0.7e1"] {
            assert_eq!(whole_number(text, 1, 100), Ok(7), "{text:?}");
        }
    }

    #[test]
    fn every_other_spelling_of_a_number_is_refused() {
        for (texts, code) in [
            (
                &["", "-1", "+1", "1.5", "7.00000000000000001", " 1", "1 ", "٣", "7.", ".7", "7e", "0x7", "00.7e1"][..],
                "INVALID_TYPE",
            ),
            (&["0", "0.0", "101", "101.0", "1e3", "1e400", "99999999999999999999"], "OUT_OF_RANGE"),
        ] {
            for text in texts {
                assert_eq!(whole_number(text, 1, 100).unwrap_err().0, code, "{text:?}");
            }
        }
        for text in ["", "0", "101", "-1", "1.5", "1e3"] {
            assert_eq!(read(&[("limit", text)]).unwrap_err().code(), Code::INVALID_FIELDS, "{text:?}");
        }
    }

    #[test]
    fn repeated_and_unknown_parameters_are_refused_together() {
        let failure = read(&[("limit", "1"), ("sort", "up"), ("limit", "2")]).unwrap_err();
        assert_eq!(
            failure.details()["fields"],
            json!([
                {"field": "limit", "code": "REPEATED", "message": "must be given once"},
                {"field": "sort", "code": "UNKNOWN_FIELD", "message": "is not a parameter of this request"},
            ])
        );
    }
}
