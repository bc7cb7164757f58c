//! Reads the query.

use std::collections::BTreeMap;

use super::DecodeQuery;
use super::problems::Problems;
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

/// A whole number from `least` to `most`, in plain decimal digits.
///
/// # Errors
/// `OUT_OF_RANGE` or `INVALID_TYPE` with the range.
pub fn whole_number(text: &str, least: u32, most: u32) -> Result<u32, (&'static str, String)> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(("INVALID_TYPE", format!("must be a whole number from {least} to {most}")));
    }
    match text.parse() {
        Ok(number) if (least..=most).contains(&number) => Ok(number),
        _ => Err(("OUT_OF_RANGE", format!("must be from {least} to {most}"))),
    }
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
    fn every_other_spelling_of_a_number_is_refused() {
        for text in ["", "0", "101", "-1", "+1", "1.0", "1e1", " 1", "٣", "99999999999999999999"] {
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
