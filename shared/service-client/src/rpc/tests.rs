use std::time::Instant;

use envelope::Code;
use serde_json::{Value, json};

use super::*;
use crate::client::CallError;
use crate::testing::{Answer, Lambda, SOLD_OUT};

const PATIENCE: Duration = Duration::from_secs(60);

fn refusal(code: Code, message: &str, details: Value) -> Answer {
    let error = json!({"message": message, "type": code.kind(), "code": code.as_str(), "details": details});
    Answer::Says(json!({"success": false, "error": error, "message": message}).to_string())
}

fn success() -> Answer {
    Answer::Says(json!({"success": true, "data": {"held": 3}}).to_string())
}

async fn asked(lambda: &Lambda, patience: Duration) -> Result<Value, Failure> {
    lambda.client().rpc("product-service", "Reserve", &json!({"orderId": "o1"}), patience).await
}

#[tokio::test]
async fn the_answer_is_the_data() {
    let lambda = Lambda::new([success()]);
    assert_eq!(asked(&lambda, PATIENCE).await.unwrap(), json!({"held": 3}));
}

#[tokio::test]
async fn the_others_failure_is_passed_on() {
    let lambda = Lambda::new([refusal(SOLD_OUT, "Sold out", json!({"available": 2}))]);
    let failure = asked(&lambda, PATIENCE).await.unwrap_err();
    assert_eq!((failure.code(), failure.message()), (SOLD_OUT, "Sold out"));
    assert_eq!(Value::Object(failure.details().clone()), json!({"available": 2}));
    assert_eq!(lambda.left(), 0);
}

#[tokio::test]
async fn what_may_be_over_in_a_moment_is_tried_again() {
    let busy = || refusal(Code::SERVICE_UNAVAILABLE, "contended", json!({}));
    for passing in [Answer::Status(429), Answer::Status(500), Answer::Crash, Answer::Unreachable, busy()] {
        let lambda = Lambda::new([passing.clone(), passing.clone(), success()]);
        assert_eq!(asked(&lambda, PATIENCE).await.unwrap(), json!({"held": 3}), "{passing:?}");
        assert_eq!(lambda.left(), 0);
    }
}

#[tokio::test]
async fn a_service_that_stays_away_is_unavailable() {
    let busy = refusal(Code::SERVICE_UNAVAILABLE, "Service temporarily unavailable", json!({}));
    for away in [Answer::Status(429), Answer::Status(503), Answer::Unreachable, busy] {
        let lambda = Lambda::new(vec![away.clone(); 10]);
        let failure = asked(&lambda, PATIENCE).await.unwrap_err();
        assert_eq!((failure.code(), failure.message()), (Code::SERVICE_UNAVAILABLE, "product-service unavailable"));
        assert_eq!(Value::Object(failure.details().clone()), json!({"service": "product-service"}), "{away:?}");
        assert_eq!(lambda.left(), 6, "four tries");
    }
}

#[tokio::test]
async fn a_service_that_answers_wrongly_is_a_bad_gateway() {
    let malformed = Answer::Says("[]".to_owned());
    let internal = refusal(Code::INTERNAL_ERROR, "An internal error occurred", json!({}));
    let not_there = Answer::Status(404);
    for (wrong, tries) in [(Answer::Crash, 4), (malformed, 1), (internal, 1), (not_there, 1)] {
        let lambda = Lambda::new(vec![wrong.clone(); 4]);
        let failure = asked(&lambda, PATIENCE).await.unwrap_err();
        assert_eq!(
            (failure.code(), failure.message()),
            (Code::BAD_GATEWAY, "product-service unavailable"),
            "{wrong:?}"
        );
        assert_eq!(Value::Object(failure.details().clone()), json!({"service": "product-service"}));
        assert_eq!(lambda.left(), 4 - tries, "{wrong:?}");
    }
}

#[tokio::test]
async fn silence_lasts_no_longer_than_patience() {
    let lambda = Lambda::new([Answer::Unreachable, Answer::Silence]);
    let started = Instant::now();
    let failure = asked(&lambda, Duration::from_millis(200)).await.unwrap_err();
    assert_eq!(failure.code(), Code::SERVICE_UNAVAILABLE);
    assert!((200..2000).contains(&started.elapsed().as_millis()), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_connection_is_opened_once_and_no_longer_waited_for_than_init_can() {
    let lambda = Lambda::new([Answer::Status(204), success()]);
    lambda.client().connect("Reserve").await.unwrap();
    assert_eq!(lambda.left(), 1);
    let url = "http://localhost/2015-03-31/functions/Reserve/invocations".to_owned();
    assert_eq!(lambda.asked(), [(url, Some("DryRun".to_owned()))]);
    let error = Lambda::new([Answer::Silence]).client().connect("Reserve").await.unwrap_err();
    assert!(matches!(error, CallError::Timeout), "{error}");
}

#[tokio::test]
async fn a_function_is_named_by_its_name_or_its_arn() {
    let lambda = Lambda::new([success()]);
    let arn = "arn:aws:lambda:eu-central-1:000000000000:function:shop-reserve_stock";
    lambda.client().rpc::<_, Value>("product-service", arn, &json!({}), PATIENCE).await.unwrap();
    let encoded = arn.replace(':', "%3A");
    let url = format!("http://localhost/2015-03-31/functions/{encoded}/invocations");
    assert_eq!(lambda.asked(), [(url, None)]);
}

#[tokio::test]
async fn the_log_tells_what_lambda_said() {
    for body in [r#"{"Message":"no"}"#, r#"{"message":"no"}"#] {
        let lambda = Lambda::new([Answer::Refuses(403, body)]);
        let error = lambda.client().connect("Reserve").await.unwrap_err();
        let CallError::Refused(cause) = error else { panic!("{error:?}") };
        assert_eq!(cause.to_string(), "403 Forbidden: no");
    }
}
