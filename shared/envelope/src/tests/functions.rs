//! Functions that no route leads to.

use futures_util::FutureExt;
use lambda_runtime::{Context, Diagnostic};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};

use super::{SERVICE, context};
use crate::function::{finish, invoke};
use crate::process::Process;
use crate::runtime::{Warmth, caught};
use crate::{Function, FunctionError, InitError};

struct Halve;

impl Function for Halve {
    type Event = i64;
    type Response = i64;

    async fn init() -> Result<Self, InitError> {
        Ok(Self)
    }

    fn failures(answer: &i64) -> usize {
        if *answer == 13 { 2 } else { 0 }
    }

    fn audit(answer: &i64, context: &Context) -> Vec<(&'static str, String)> {
        if *answer == 21 { vec![("halved", "42".to_owned()), ("by", context.request_id.clone())] } else { Vec::new() }
    }

    async fn call(&self, event: i64, _: &Context) -> Result<i64, FunctionError> {
        match event {
            0 => Err(FunctionError::new("Nothing", "nothing to halve")),
            1 => Ok("secret".parse()?),
            2 => panic!("secret"),
            event => Ok(event / 2),
        }
    }
}

fn run(event: &Value) -> (Result<Box<RawValue>, Diagnostic>, Value) {
    let (context, timer) = (context(), Warmth::default().start());
    let event = to_raw_value(event).unwrap();
    let outcome = caught(invoke(&Halve, &event, &context)).now_or_never().unwrap();
    let (answer, line) = finish(SERVICE, &context, &timer, outcome);
    (answer, serde_json::from_str(&line.to_json(&context, Some("test"), Process::default())).unwrap())
}

fn failed(event: &Value) -> (String, String, Value) {
    let (answer, line) = run(event);
    let diagnostic = answer.unwrap_err();
    (diagnostic.error_type, diagnostic.error_message, line)
}

#[test]
fn a_line_says_what_was_changed() {
    let (_, line) = run(&json!(42));
    assert_eq!((&line["halved"], &line["by"]), (&json!("42"), &json!("lambda-1")));
    assert_eq!(run(&json!(8)).1.get("halved"), None);
}

#[test]
fn an_answer_is_its_json() {
    let (answer, line) = run(&json!(8));
    assert_eq!(answer.unwrap().get(), "4");
    assert_eq!((&line["message"], &line["level"]), (&json!("invocation"), &json!("INFO")));
    assert_eq!((&line["requestId"], &line["function"]), (&json!("lambda-1"), &json!("test-function")));
    assert_eq!((line.get("code"), line.get("status"), line.get("route")), (None, None, None));
}

#[test]
fn what_an_answer_names_as_failed_is_a_metric() {
    let (_, line) = run(&json!(26));
    assert_eq!((&line["EventsFailed"], &line["function"]), (&json!(2), &json!("test-function")));
    let failures = &line["_aws"]["CloudWatchMetrics"][1];
    let dimensions = json!([[], ["function"], ["function", "version"]]);
    assert_eq!((&failures["Dimensions"], &line["version"]), (&dimensions, &json!("7")));
    assert_eq!(failures["Metrics"], json!([{"Name": "EventsFailed", "Unit": "Count"}]));
    let (_, line) = run(&json!(8));
    assert_eq!(line.get("EventsFailed"), None);
}

#[test]
fn a_refusal_is_told_as_it_is() {
    let (kind, message, line) = failed(&json!(0));
    assert_eq!((kind.as_str(), message.as_str()), ("Nothing", "nothing to halve"));
    assert_eq!((&line["level"], &line["code"], line.get("cause")), (&json!("INFO"), &json!("Nothing"), None));
}

#[test]
fn an_unexpected_error_or_panic_tells_the_log_and_not_the_caller() {
    for (event, cause) in [(1, "invalid digit found in string"), (2, "panic: secret")] {
        let (kind, message, line) = failed(&json!(event));
        assert_eq!((kind.as_str(), message.as_str()), ("InternalError", "An internal error occurred"));
        assert_eq!((&line["level"], &line["cause"]), (&json!("ERROR"), &json!(cause)));
    }
}

#[test]
fn an_event_of_another_kind_is_refused() {
    let (kind, message, line) = failed(&json!("eight"));
    assert_eq!(kind, "InvalidEvent");
    assert_eq!(message, "the event was not understood: not of the expected form, line 1 column 7");
    assert_eq!(line["code"], "InvalidEvent");
}
