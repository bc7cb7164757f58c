//! The examples of a response are all the errors that it may be. An error is one of them if it differs only in what stands in
//! `details` and `meta`, not in which members they have.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{PROBLEM_DETAILS, is_a_functions};
use crate::answer::Answer;

/// Finds the error that an answer is.
///
/// # Errors
/// It is none of them.
pub fn is_one_of(errors: &BTreeMap<&str, &Value>, answer: &Answer) -> Result<(), String> {
    let is_it = |example: &Value| {
        // The gateway knows the request's id and nothing else.
        let is_a_functions_error = example["meta"].get("timestamp").is_some();
        let same = if answer.header("content-type").starts_with(PROBLEM_DETAILS) {
            is_a_functions_error && has_its_problem_details(example, &answer.body)
        } else {
            has_its_envelope(example, &answer.body)
        };
        same && is_a_functions_error == is_a_functions(answer)
    };
    let found = errors.values().any(|example| is_it(example));
    if found { Ok(()) } else { Err(format!("none of the errors {:?}", errors.keys().collect::<Vec<_>>())) }
}

fn has_its_envelope(example: &Value, body: &Value) -> bool {
    let (said, found) = (&example["error"], &body["error"]);
    ["message", "type", "code"].iter().all(|member| said[member] == found[member])
        && agree(&said["details"], &found["details"])
        && members(&example["meta"]) == members(&body["meta"])
}

fn has_its_problem_details(example: &Value, body: &Value) -> bool {
    let said = &example["error"];
    said["message"] == body["detail"] && said["code"] == body["code"] && agree(&said["details"], &body["details"])
}

/// Whether details have the members of the example's, and name the same service.
fn agree(said: &Value, found: &Value) -> bool {
    let is_unavailable = said.as_object().is_some_and(|details| details.len() == 1 && details.contains_key("service"));
    members(said) == members(found) && (!is_unavailable || said == found)
}

fn members(object: &Value) -> BTreeSet<&String> {
    object.as_object().into_iter().flat_map(|object| object.keys()).collect()
}
