//! Reads the fields of a JSON object.

use serde_json::{Map, Value};

use super::field_errors::FieldErrors;
use super::{Decode, FromField, Reject};
use crate::Failure;

/// The fields of a JSON object, and the problems found in them so far.
#[derive(Debug)]
pub struct Fields {
    object: Map<String, Value>,
    errors: FieldErrors,
}

impl Fields {
    pub(crate) fn new(object: Map<String, Value>) -> Self {
        Self { object, errors: FieldErrors::default() }
    }

    /// Reads a whole body into `T`, as [`crate::Call::body`] does.
    ///
    /// # Errors
    /// 400 with every problem it has.
    pub fn read<T: Decode>(object: Map<String, Value>) -> Result<T, Failure> {
        Self::read_nested(object).map_err(|errors| errors.into_failure(T::MISSING))
    }

    /// Reads an object into `T`, or every problem it has.
    pub(super) fn read_nested<T: Decode>(object: Map<String, Value>) -> Result<T, Box<FieldErrors>> {
        let mut fields = Self::new(object);
        let value = T::decode(&mut fields);
        fields.refuse_unknown();
        match value {
            Some(value) if fields.errors.is_empty() => Ok(value),
            _ => Err(Box::new(fields.errors)),
        }
    }

    /// Reads a required field. `None` means that a problem was added.
    pub fn required<T: FromField>(&mut self, name: &str) -> Option<T> {
        match self.object.remove(name) {
            None | Some(Value::Null) => {
                self.add(name, T::absent());
                None
            }
            Some(value) => self.take(name, &value),
        }
    }

    /// Reads a field that may be absent. The outer `None` means that a problem was added.
    pub fn optional<T: FromField>(&mut self, name: &str) -> Option<Option<T>> {
        match self.object.remove(name) {
            None => Some(None),
            Some(Value::Null) => {
                self.add(name, Reject::invalid("INVALID_TYPE", "must not be null; leave it out instead"));
                None
            }
            Some(value) => self.take(name, &value).map(Some),
        }
    }

    fn take<T: FromField>(&mut self, name: &str, value: &Value) -> Option<T> {
        T::from_field(value).map_err(|reject| self.add(name, reject)).ok()
    }

    /// Adds what is wrong with a field beside the other fields.
    pub fn add(&mut self, path: &str, reject: Reject) {
        self.errors.add(path, reject);
    }

    /// A field that nobody asked for is refused: the client may have misspelt its name.
    fn refuse_unknown(&mut self) {
        for name in self.object.keys() {
            self.errors.add(name, Reject::invalid("UNKNOWN_FIELD", "is not a field of this request"));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::Code;

    #[derive(Debug)]
    struct Price;

    impl FromField for Price {
        fn from_field(value: &Value) -> Result<Self, Reject> {
            let price = value.as_f64().ok_or_else(|| Reject::mistyped("a number"))?;
            let details = Map::from_iter([("price".to_owned(), value.clone())]);
            (price > 0.0).then_some(Self).ok_or_else(|| {
                Reject::invalid("OUT_OF_RANGE", "must be above 0").named(
                    Code::INVALID_FIELDS,
                    "Price must be greater than 0",
                    details,
                )
            })
        }
    }

    #[derive(Debug)]
    struct Request {
        name: String,
        note: Option<String>,
    }

    impl Decode for Request {
        fn decode(fields: &mut Fields) -> Option<Self> {
            let name = fields.required("name");
            let price = fields.required::<Price>("price");
            let note = fields.optional("note");
            price?;
            Some(Self { name: name?, note: note? })
        }
    }

    fn read(body: Value) -> Result<Request, Failure> {
        let Value::Object(object) = body else { panic!("not an object") };
        Fields::read(object)
    }

    #[test]
    fn a_good_body_is_read() {
        let request = read(json!({"name": "a", "price": 1, "note": "n"})).unwrap();
        assert_eq!((request.name.as_str(), request.note.as_deref()), ("a", Some("n")));
        assert_eq!(read(json!({"name": "a", "price": 1})).unwrap().note, None);
    }

    #[test]
    fn every_problem_comes_back_and_a_missing_field_decides_the_message() {
        let failure = read(json!({"price": 0, "note": 7, "colour": 1})).unwrap_err();
        assert_eq!(failure.code(), Code::MISSING_FIELDS);
        assert_eq!(failure.message(), "Missing required fields");
        assert_eq!(
            Value::Object(failure.details().clone()),
            json!({
                "missingFields": ["name"],
                "fields": [
                    {"field": "name", "code": "REQUIRED", "message": "is required"},
                    {"field": "price", "code": "OUT_OF_RANGE", "message": "must be above 0"},
                    {"field": "note", "code": "INVALID_TYPE", "message": "must be a string"},
                    {"field": "colour", "code": "UNKNOWN_FIELD", "message": "is not a field of this request"},
                ],
            })
        );
    }

    #[test]
    fn an_error_the_route_names_decides_next() {
        let failure = read(json!({"name": 1, "price": -2})).unwrap_err();
        assert_eq!((failure.code(), failure.message()), (Code::INVALID_FIELDS, "Price must be greater than 0"));
        assert_eq!(failure.details()["price"], json!(-2));
        assert_eq!(failure.details()["fields"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn null_is_missing_where_required_and_a_mistake_where_optional() {
        assert_eq!(read(json!({"name": null, "price": 1})).unwrap_err().details()["missingFields"], json!(["name"]));
        let failure = read(json!({"name": "a", "price": 1, "note": null})).unwrap_err();
        assert_eq!((failure.code(), failure.message()), (Code::INVALID_FIELDS, "Validation failed"));
    }
}
