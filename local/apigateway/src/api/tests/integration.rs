//! How a function can end.

use super::*;

#[tokio::test]
async fn each_way_a_function_can_end_has_its_answer() {
    let report = json!({"errorType": "Oops", "errorMessage": "it broke"});
    let cases: Vec<(End, Value, (u16, &str), &str)> = vec![
        (
            |report| fails(FunctionError::Reported, report),
            report.clone(),
            (502, "DEFAULT_5XX"),
            "F: reported an error: Oops: it broke",
        ),
        (
            |report| fails(FunctionError::Crashed, report),
            report.clone(),
            (502, "DEFAULT_5XX"),
            "F: crashed: Oops: it broke",
        ),
        (|report| fails(FunctionError::TimedOut, report), report, (502, "DEFAULT_5XX"), "F: timed out: Oops: it broke"),
        (says, json!("text"), (502, "DEFAULT_5XX"), "F: malformed answer: not a JSON object"),
        (
            |_| Err(InvokeError::Throttled("F".into())),
            json!(null),
            (500, "INTEGRATION_FAILURE"),
            "F: rate exceeded: F has no instance free",
        ),
        (
            |_| Err(InvokeError::Unavailable("F".into())),
            json!(null),
            (504, "INTEGRATION_FAILURE"),
            "F: service unavailable: F",
        ),
        (
            |_| Err(InvokeError::NotFound("F".into())),
            json!(null),
            (500, "API_CONFIGURATION_ERROR"),
            "F: function not found: F",
        ),
    ];
    for (end, answer, expected, failure) in cases {
        let answer = get(&api(functions(move |_, _| end(&answer))), "/open/1", &[]).await;
        assert_eq!(gateway(&answer), expected);
        assert_eq!(answer.failure.unwrap().to_string(), failure);
        assert_eq!(answer.function.as_deref(), Some("F"));
        assert!(!answer.response.headers().contains_key("x-amzn-trace-id"));
    }
}

#[tokio::test]
async fn a_panic_behind_the_gateway_stays_there() {
    let lambda = functions(|_, _| panic!("a bug"));
    let answer = get(&api(lambda), "/open/1", &[]).await;
    assert_eq!(gateway(&answer), (504, "INTEGRATION_FAILURE"));
}

/// A function that signals when it began, and then ends when it is told to.
fn slow(began: &Arc<Notify>, go: &Arc<Notify>, ended: &Arc<AtomicUsize>, done: &Arc<Notify>) -> Arc<dyn Invoke> {
    let (began, go, ended, done) = (Arc::clone(began), Arc::clone(go), Arc::clone(ended), Arc::clone(done));
    let run = move |_, _| {
        let (began, go, ended, done) = (Arc::clone(&began), Arc::clone(&go), Arc::clone(&ended), Arc::clone(&done));
        async move {
            began.notify_one();
            go.notified().await;
            ended.fetch_add(1, Ordering::SeqCst);
            done.notify_one();
            says(&json!({}))
        }
        .boxed()
    };
    Arc::new(Functions { run, calls: Mutex::default() })
}

#[tokio::test]
async fn a_slow_function_is_a_timeout_and_runs_on() {
    let (began, go, ended, done) = Default::default();
    let api = api_with(slow(&began, &go, &ended, &done), |api| api.routes[0].timeout = Duration::from_millis(5));
    let answer = get(&api, "/open/1", &[]).await;
    assert_eq!(gateway(&answer), (504, "INTEGRATION_TIMEOUT"));
    assert_eq!(answer.failure.unwrap().to_string(), "F: no answer within 5 ms");
    go.notify_one();
    done.notified().await;
    assert_eq!(ended.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_client_that_hangs_up_does_not_stop_the_function() {
    let (began, go, ended, done) = Default::default();
    let api = Arc::new(api(slow(&began, &go, &ended, &done)));
    let client = tokio::spawn(async move { get(&api, "/open/1", &[]).await });
    began.notified().await;
    client.abort();
    assert!(client.await.unwrap_err().is_cancelled());
    go.notify_one();
    done.notified().await;
    assert_eq!(ended.load(Ordering::SeqCst), 1);
}
