//! Reads objects and lists inside a body.

use serde_json::Value;

use super::field_errors::FieldErrors;
use super::{Decode, Fields, FromField, Reject};

/// Reads an object as strictly as a body.
///
/// # Errors
/// [`Reject`] with every problem at its path inside the object.
pub fn object_of<T: Decode>(value: &Value) -> Result<T, Reject> {
    let Value::Object(object) = value else { return Err(Reject::mistyped("an object")) };
    Fields::read_nested(object.clone()).map_err(Reject::Within)
}

/// Reads every element of an array of at most `most`.
///
/// # Errors
/// [`Reject`] with every problem of every element, at its path: `[2].quantity`.
pub fn list_of<T: FromField>(value: &Value, most: usize) -> Result<Vec<T>, Reject> {
    let Value::Array(elements) = value else { return Err(Reject::mistyped("an array")) };
    if elements.len() > most {
        return Err(Reject::invalid("TOO_MANY", format!("must have at most {most} elements")));
    }
    let mut errors = FieldErrors::default();
    let mut list = Vec::with_capacity(elements.len());
    for (index, element) in elements.iter().enumerate() {
        match T::from_field(element) {
            Ok(element) => list.push(element),
            Err(reject) => errors.add(&format!("[{index}]"), reject),
        }
    }
    if errors.is_empty() { Ok(list) } else { Err(Reject::Within(Box::new(errors))) }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;
    use crate::{Code, Failure, Kind};

    const BAD_STOP: Code = Code::new("BAD_STOP", Kind::VALIDATION);
    const NO_POINTS: Code = Code::new("NO_POINTS", Kind::VALIDATION);

    #[derive(Debug, PartialEq, Eq)]
    struct Point {
        x: String,
        y: Option<String>,
    }

    impl Decode for Point {
        fn decode(fields: &mut Fields) -> Option<Self> {
            let (x, y) = (fields.required("x"), fields.optional("y"));
            Some(Self { x: x?, y: y? })
        }
    }

    impl FromField for Point {
        fn from_field(value: &Value) -> Result<Self, Reject> {
            object_of(value)
        }
    }

    /// A point whose faults the route names.
    #[derive(Debug)]
    struct Stop;

    impl FromField for Stop {
        fn from_field(value: &Value) -> Result<Self, Reject> {
            let details = Map::from_iter([("item".to_owned(), value.clone())]);
            let point: Result<Point, Reject> = object_of(value);
            point.map(|_| Self).map_err(|reject| reject.named(BAD_STOP, "Invalid item format", details))
        }
    }

    struct Points<T>(Vec<T>);

    impl<T: FromField> FromField for Points<T> {
        fn from_field(value: &Value) -> Result<Self, Reject> {
            list_of(value, 3).map(Self)
        }

        fn absent() -> Reject {
            Reject::invalid("REQUIRED", "is required").named(NO_POINTS, "Nowhere to go", Map::new())
        }
    }

    struct Route<T>(Vec<T>);

    impl<T: FromField> Decode for Route<T> {
        fn decode(fields: &mut Fields) -> Option<Self> {
            let Points(points) = fields.required("points")?;
            Some(Self(points))
        }
    }

    fn read<T: FromField>(body: Value) -> Result<Vec<T>, Failure> {
        let Value::Object(object) = body else { panic!("not an object") };
        Fields::read(object).map(|Route(points)| points)
    }

    #[test]
    fn objects_in_a_list_are_read() {
        let points: Vec<Point> = read(json!({"points": [{"x": "1"}, {"x": "2", "y": "3"}]})).unwrap();
        let expected = [Point { x: "1".into(), y: None }, Point { x: "2".into(), y: Some("3".into()) }];
        assert_eq!(points, expected);
    }

    #[test]
    fn every_problem_inside_comes_back_at_its_path() {
        let failure = read::<Point>(json!({"points": [{"y": 1}, 7, {"x": "1", "z": 1}], "n": 1})).unwrap_err();
        assert_eq!((failure.code(), failure.message()), (Code::MISSING_FIELDS, "Missing required fields"));
        assert_eq!(
            Value::Object(failure.details().clone()),
            json!({
                "missingFields": ["points[0].x"],
                "fields": [
                    {"field": "points[0].x", "code": "REQUIRED", "message": "is required"},
                    {"field": "points[0].y", "code": "INVALID_TYPE", "message": "must be a string"},
                    {"field": "points[1]", "code": "INVALID_TYPE", "message": "must be an object"},
                    {"field": "points[2].z", "code": "UNKNOWN_FIELD", "message": "is not a field of this request"},
                    {"field": "n", "code": "UNKNOWN_FIELD", "message": "is not a field of this request"},
                ],
            })
        );
    }

    #[test]
    fn an_element_the_route_names_an_error_for_decides_the_answer_even_if_it_lacks_something() {
        let failure = read::<Stop>(json!({"points": [{"x": "1"}, {"y": "2"}, null]})).unwrap_err();
        assert_eq!((failure.code(), failure.message()), (BAD_STOP, "Invalid item format"));
        assert_eq!(
            Value::Object(failure.details().clone()),
            json!({
                "item": {"y": "2"},
                "fields": [
                    {"field": "points[1].x", "code": "REQUIRED", "message": "is required"},
                    {"field": "points[2]", "code": "INVALID_TYPE", "message": "must be an object"},
                ],
            })
        );
    }

    #[test]
    fn a_list_has_a_length_and_a_type() {
        for (points, code) in [(json!([1, 2, 3, 4]), "TOO_MANY"), (json!("1"), "INVALID_TYPE")] {
            let failure = read::<Point>(json!({"points": points})).unwrap_err();
            assert_eq!((failure.code(), failure.message()), (Code::INVALID_FIELDS, "Validation failed"));
            assert_eq!(failure.details()["fields"][0]["code"], code);
        }
    }

    #[test]
    fn a_type_may_say_itself_what_its_absence_is() {
        for body in [json!({}), json!({"points": null})] {
            let failure = read::<Point>(body).unwrap_err();
            assert_eq!((failure.code(), failure.message()), (NO_POINTS, "Nowhere to go"));
            assert_eq!(failure.details()["fields"][0]["field"], "points");
        }
    }
}
