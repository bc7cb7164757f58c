//! Reading the key together with the body.

use envelope::decode::Problem;
use envelope::{Call, Code, Failure};
use serde_json::{Value, json};

use crate::IdempotencyKey;

/// The key of a call and what its body asks for, or the problems of both at once.
///
/// # Errors
/// As [`Call::body`], with the key's problem after the body's in `details.fields`. A body that is no JSON object has no such
/// list, so the key's problem is not reported with it.
pub fn with_body<T>(call: &Call, body: Result<T, Failure>) -> Result<(Option<IdempotencyKey>, T), Failure> {
    both(IdempotencyKey::of(call.request().headers()), body)
}

/// The key of a call without a body.
///
/// # Errors
/// 400 with the key's problem in `details.fields`.
pub fn without_body(call: &Call) -> Result<Option<IdempotencyKey>, Failure> {
    with_body(call, Ok(())).map(|(key, ())| key)
}

fn both<T>(
    key: Option<Result<IdempotencyKey, Problem>>,
    body: Result<T, Failure>,
) -> Result<(Option<IdempotencyKey>, T), Failure> {
    let problem = match key.transpose() {
        Ok(key) => return Ok((key, body?)),
        Err(problem) => json!(problem),
    };
    match body {
        Ok(_) => Err(Failure::validation(Code::INVALID_FIELDS, "Validation failed").detail(FIELDS, [problem])),
        Err(failure) => match failure.details().get(FIELDS).and_then(Value::as_array) {
            Some(problems) => {
                let problems = [problems.as_slice(), &[problem]].concat();
                Err(failure.detail(FIELDS, problems))
            }
            None => Err(failure),
        },
    }
}

const FIELDS: &str = "fields";

#[cfg(test)]
mod tests {
    use envelope::Kind;

    use super::*;
    use crate::HEADER;

    const EMPTY: Code = Code::new("EMPTY", Kind::VALIDATION);

    #[test]
    fn a_bad_key_and_a_bad_body_are_reported_at_once() {
        let bad = || Some(IdempotencyKey::parse(""));
        let of_key = json!({"field": HEADER, "code": "REQUIRED", "message": "must not be empty; leave it out instead"});
        let answer = |body: Result<(), Failure>| {
            let failure = both(bad(), body).unwrap_err();
            (failure.code(), Value::Object(failure.details().clone()))
        };
        assert_eq!(answer(Ok(())), (Code::INVALID_FIELDS, json!({"fields": [of_key]})));
        let of_body = json!({"field": "items", "code": "EMPTY", "message": "must have at least one element"});
        let empty = Failure::validation(EMPTY, "Order must contain items").detail("items", "Must be non-empty array");
        let both = json!({"items": "Must be non-empty array", "fields": [of_body, of_key]});
        assert_eq!(answer(Err(empty.detail("fields", [of_body]))), (EMPTY, both));
        let no_object = Failure::validation(Code::INVALID_JSON, "Request body must be a JSON object");
        assert_eq!(answer(Err(no_object)), (Code::INVALID_JSON, json!({})));
    }

    #[test]
    fn a_good_body_has_its_key_if_there_is_one() {
        assert_eq!(both(None, Ok(7)).unwrap(), (None, 7));
        let key = IdempotencyKey::parse("k").unwrap();
        assert_eq!(both(Some(Ok(key.clone())), Ok(7)).unwrap(), (Some(key), 7));
        let failure = both::<()>(Some(IdempotencyKey::parse("k")), Err(Failure::unsupported_media_type()));
        assert_eq!(failure.unwrap_err().code(), Code::UNSUPPORTED_MEDIA_TYPE);
    }
}
