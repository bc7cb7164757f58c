use local_fuzz_inputs::{cases, spoiled, texts};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::process::Process;
use crate::{Code, Kind};

const GENERAL: Catalogue = Catalogue::new(&[]);

/// Divides by what it is asked to.
struct Divide;

#[derive(Deserialize)]
struct Divisor {
    by: i64,
}

impl Rpc for Divide {
    type Request = Divisor;
    type Response = i64;

    async fn init() -> Result<Self, InitError> {
        Ok(Self)
    }

    async fn call(&self, Divisor { by }: Divisor, _: &Context) -> Result<i64, Failure> {
        match by {
            0 => Err(Failure::validation(Code::INVALID_FIELDS, "Not by zero").detail("by", by).metric("Zeroes")),
            -1 => Err(Failure::service_unavailable("Later", 7)),
            by => Ok(100 / by),
        }
    }
}

const SERVICE: Service = Service { name: "math-service", version: "1" };

/// What the caller reads and what is logged.
async fn asked(request: Value) -> (Value, Line) {
    let request = to_raw_value(&request).unwrap();
    let context = Context::default();
    let outcome = runtime::caught(invoke(&Divide, &request, &context)).await;
    let (answer, line) = finish(SERVICE, cause(&request, &context), &Warmth::default().start(), outcome);
    (serde_json::to_value(answer).unwrap(), line)
}

fn read(answer: &Value) -> Result<i64, Failure> {
    read_response(answer.to_string().as_bytes(), GENERAL).unwrap()
}

#[tokio::test]
async fn an_answer_comes_in_the_envelope_and_is_read_from_it() {
    let (answer, line) = asked(json!({"by": 4, "requestId": "r1"})).await;
    assert_eq!(answer.to_string(), r#"{"success":true,"data":25}"#);
    assert_eq!(read(&answer).unwrap(), 25);
    assert_eq!((line.request_id.as_str(), line.level, line.code), ("r1", "INFO", None));
}

#[tokio::test]
async fn a_call_is_logged_with_who_caused_it() {
    let caller =
        Caller { user_id: Some("u1".to_owned()), source_ip: Some("203.0.113.7".to_owned()), ..Caller::default() };
    let (_, line) = asked(json!({"by": 4, "requestId": "r1", "caller": caller})).await;
    assert_eq!(line.caller, caller);
    let line: Value = serde_json::from_str(&line.to_json(&Context::default(), None, Process::default())).unwrap();
    assert_eq!(
        (&line["userId"], &line["sourceIp"], &line["requestId"]),
        (&json!("u1"), &json!("203.0.113.7"), &json!("r1"))
    );
    assert_eq!(asked(json!({"by": 4})).await.1.caller, Caller::default());
}

#[tokio::test]
async fn a_failure_arrives_as_it_was_made() {
    let (answer, line) = asked(json!({"by": 0})).await;
    assert_eq!(
        answer.to_string(),
        r#"{"success":false,"error":{"message":"Not by zero","type":"ValidationError","code":"INVALID_FIELDS","details":{"by":0}}}"#
    );
    let failure = read(&answer).unwrap_err();
    assert_eq!((failure.code(), failure.message()), (Code::INVALID_FIELDS, "Not by zero"));
    assert_eq!(Value::Object(failure.details().clone()), json!({"by": 0}));
    assert_eq!(
        (line.level, line.code, line.metrics.as_slice()),
        ("INFO", Some("INVALID_FIELDS"), ["Zeroes"].as_slice())
    );
}

#[tokio::test]
async fn the_time_to_wait_travels_along() {
    let (answer, line) = asked(json!({"by": -1})).await;
    let failure = read(&answer).unwrap_err().into_inner();
    assert_eq!((failure.code, failure.retry_after), (Code::SERVICE_UNAVAILABLE, Some(7)));
    assert_eq!(line.level, "ERROR");
}

#[tokio::test]
async fn a_request_not_understood_is_the_systems_own_fault() {
    let (answer, line) = asked(json!({"by": "four"})).await;
    assert_eq!(
        answer.to_string(),
        r#"{"success":false,"error":{"message":"An internal error occurred","type":"InternalError","code":"INTERNAL_ERROR"}}"#
    );
    assert!(line.cause.unwrap().starts_with("not of the expected form, line 1"));
}

#[tokio::test]
async fn a_panic_tells_the_caller_nothing() {
    let outcome = runtime::caught(async { panic!("with a secret") }).await;
    let (answer, line) = finish(
        SERVICE,
        RpcCause { request_id: "r".to_owned(), caller: Caller::default() },
        &Warmth::default().start(),
        outcome,
    );
    let answer = serde_json::to_value(answer).unwrap();
    assert_eq!(read(&answer).unwrap_err().code(), Code::INTERNAL_ERROR);
    assert!(!answer.to_string().contains("secret"));
    assert_eq!(line.cause.as_deref(), Some("panic: with a secret"));
}

#[test]
fn what_is_no_answer_is_malformed() {
    for other in [
        "",
        "null",
        "{}",
        r#"{"success":true}"#,
        r#"{"success":true,"data":"x"}"#,
        r#"{"success":false}"#,
        r#"{"success":false,"error":{"message":"m","type":"t","code":"NEWER"}}"#,
        r#"{"errorType":"Unhandled","errorMessage":"m"}"#,
    ] {
        assert!(read_response::<i64>(other.as_bytes(), GENERAL).is_err(), "{other}");
    }
}

#[test]
fn an_error_of_an_apis_own_is_known_by_its_catalogue() {
    const SOLD_OUT: Code = Code::new("SOLD_OUT", Kind::VALIDATION);
    let payload = br#"{"success":false,"error":{"message":"m","type":"ValidationError","code":"SOLD_OUT"}}"#;
    let failure = read_response::<i64>(payload, Catalogue::new(&[SOLD_OUT])).unwrap().unwrap_err();
    assert_eq!(failure.code(), SOLD_OUT);
    assert!(read_response::<i64>(payload, GENERAL).is_err());
}

const ANSWERS: [&str; 3] = [
    r#"{"success":true,"data":25}"#,
    r#"{"success":false,"error":{"message":"Not by zero","type":"ValidationError","code":"INVALID_FIELDS","details":{"by":"0","é":[null]}}}"#,
    r#"{"success":false,"error":{"message":"Later","type":"ServiceUnavailable","code":"SERVICE_UNAVAILABLE","retryAfter":7}}"#,
];

#[test]
fn the_answers_to_spoil_are_valid() {
    let read = ANSWERS.map(|answer| read_response::<i64>(answer.as_bytes(), GENERAL).unwrap().is_ok());
    assert_eq!(read, [true, false, false]);
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_failure_that_is_read_is_passed_on_as_it_was(text in prop_oneof![9 => spoiled(&ANSWERS), 1 => texts()]) {
        let passed_on = |failure| {
            let (answer, _) = finish(SERVICE, RpcCause { request_id: "r".to_owned(), caller: Caller::default() }, &Warmth::default().start(), Err(failure));
            serde_json::to_value(answer).unwrap()
        };
        if let Ok(Err(failure)) = read_response::<i64>(text.as_bytes(), GENERAL) {
            let once = passed_on(failure);
            let again = read_response::<i64>(once.to_string().as_bytes(), GENERAL).unwrap().unwrap_err();
            prop_assert_eq!(passed_on(again), once);
        }
    }
}
