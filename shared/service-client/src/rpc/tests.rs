use std::time::Instant;

use envelope::Code;
use serde_json::{Value, json};

use super::*;
use crate::client::CallError;
use crate::testing::{FakeLambda, Reaction, SOLD_OUT};

const TIME_BUDGET: Duration = Duration::from_secs(60);

fn refusal(code: Code, message: &str, details: Value) -> Reaction {
    let error = json!({"message": message, "type": code.kind(), "code": code.as_str(), "details": details});
    Reaction::Responds(json!({"success": false, "error": error}).to_string())
}

fn success() -> Reaction {
    Reaction::Responds(json!({"success": true, "data": {"held": 3}}).to_string())
}

async fn call(lambda: &FakeLambda, time_budget: Duration) -> Result<Value, Failure> {
    lambda.client().rpc("product-service", "Reserve", &json!({"orderId": "o1"}), time_budget).await
}

#[tokio::test]
async fn the_response_is_the_data() {
    let lambda = FakeLambda::new([success()]);
    assert_eq!(call(&lambda, TIME_BUDGET).await.unwrap(), json!({"held": 3}));
}

#[tokio::test]
async fn the_others_failure_is_passed_on() {
    let lambda = FakeLambda::new([refusal(SOLD_OUT, "Sold out", json!({"available": 2}))]);
    let failure = call(&lambda, TIME_BUDGET).await.unwrap_err();
    assert_eq!((failure.code(), failure.message()), (SOLD_OUT, "Sold out"));
    assert_eq!(Value::Object(failure.details().clone()), json!({"available": 2}));
    assert_eq!(lambda.left(), 0);
}

#[tokio::test]
async fn a_transient_failure_is_tried_again() {
    let busy = || refusal(Code::SERVICE_UNAVAILABLE, "contended", json!({}));
    for transient in [Reaction::Status(429), Reaction::Status(500), Reaction::Crash, Reaction::Unreachable, busy()] {
        let lambda = FakeLambda::new([transient.clone(), transient.clone(), success()]);
        assert_eq!(call(&lambda, TIME_BUDGET).await.unwrap(), json!({"held": 3}), "{transient:?}");
        assert_eq!(lambda.left(), 0);
    }
}

#[tokio::test]
async fn a_service_that_stays_unreachable_is_unavailable() {
    let busy = refusal(Code::SERVICE_UNAVAILABLE, "Service temporarily unavailable", json!({}));
    for away in [Reaction::Status(429), Reaction::Status(503), Reaction::Unreachable, busy] {
        let lambda = FakeLambda::new(vec![away.clone(); 10]);
        let failure = call(&lambda, TIME_BUDGET).await.unwrap_err();
        assert_eq!((failure.code(), failure.message()), (Code::SERVICE_UNAVAILABLE, "product-service unavailable"));
        assert_eq!(Value::Object(failure.details().clone()), json!({"service": "product-service"}), "{away:?}");
        assert_eq!(lambda.left(), 6, "four tries");
    }
}

#[tokio::test]
async fn a_service_that_fails_or_responds_wrongly_is_a_bad_gateway() {
    let malformed = Reaction::Responds("[]".to_owned());
    let internal = refusal(Code::INTERNAL_ERROR, "An internal error occurred", json!({}));
    let not_there = Reaction::Status(404);
    for (wrong, tries) in [(Reaction::Crash, 4), (malformed, 1), (internal, 1), (not_there, 1)] {
        let lambda = FakeLambda::new(vec![wrong.clone(); 4]);
        let failure = call(&lambda, TIME_BUDGET).await.unwrap_err();
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
async fn a_call_lasts_no_longer_than_its_time_budget() {
    let lambda = FakeLambda::new([Reaction::Unreachable, Reaction::NeverResponds]);
    let started = Instant::now();
    let failure = call(&lambda, Duration::from_millis(200)).await.unwrap_err();
    assert_eq!(failure.code(), Code::SERVICE_UNAVAILABLE);
    assert!((200..2000).contains(&started.elapsed().as_millis()), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_connection_is_opened_with_a_dry_run_and_awaited_for_a_second_at_most() {
    let lambda = FakeLambda::new([Reaction::Status(204), success()]);
    lambda.client().connect("Reserve").await.unwrap();
    assert_eq!(lambda.left(), 1);
    let url = "http://localhost/2015-03-31/functions/Reserve/invocations".to_owned();
    assert_eq!(lambda.received(), [(url, Some("DryRun".to_owned()))]);
    let error = FakeLambda::new([Reaction::NeverResponds]).client().connect("Reserve").await.unwrap_err();
    assert!(matches!(error, CallError::Timeout), "{error}");
}

#[tokio::test]
async fn a_function_is_called_by_its_name_or_its_arn() {
    let lambda = FakeLambda::new([success()]);
    let arn = "arn:aws:lambda:eu-central-1:000000000000:function:shop-reserve_stock";
    lambda.client().rpc::<_, Value>("product-service", arn, &json!({}), TIME_BUDGET).await.unwrap();
    let encoded = arn.replace(':', "%3A");
    let url = format!("http://localhost/2015-03-31/functions/{encoded}/invocations");
    assert_eq!(lambda.received(), [(url, None)]);
}

#[tokio::test]
async fn a_refusal_has_lambda_s_message() {
    for body in [r#"{"Message":"no"}"#, r#"{"message":"no"}"#] {
        let lambda = FakeLambda::new([Reaction::Refuses(403, body)]);
        let error = lambda.client().connect("Reserve").await.unwrap_err();
        let CallError::Refused(cause) = error else { panic!("{error:?}") };
        assert_eq!(cause.to_string(), "403 Forbidden: no");
    }
}
