//! Who may pass.

use super::*;

#[tokio::test]
async fn an_authorizer_is_asked_and_what_it_says_reaches_the_function() {
    let lambda = functions(|function, _| match function {
        "Auth" => says(&policy("Allow", "arn:aws:execute-api:us-east-1:000000000000:Api/v1/GET/me")),
        _ => says(&json!({})),
    });
    let api = api(lambda.clone());
    let answer = get(&api, "/me/", &[BEARER]).await;
    assert_eq!((status(&answer), answer.function.as_deref()), (200, Some("F")));
    let calls = std::mem::take(&mut *lambda.calls.lock().unwrap());
    assert_eq!(calls.len(), 2);
    let arn = "arn:aws:execute-api:us-east-1:000000000000:Api/v1/GET/me";
    assert_eq!(
        calls[0],
        ("Auth".into(), json!({"type": "TOKEN", "authorizationToken": "Bearer ada", "methodArn": arn}))
    );
    let mut authorizer = calls[1].1["requestContext"]["authorizer"].clone();
    assert!(authorizer["integrationLatency"].take().is_u64());
    let expected =
        json!({"principalId": "ada", "role": "admin", "exp": "17", "fresh": "true", "integrationLatency": null});
    assert_eq!(authorizer, expected);

    // The same token elsewhere: from memory, and judged anew.
    assert_eq!(gateway(&get(&api, "/admin", &[BEARER]).await), (403, "ACCESS_DENIED"));
    assert_eq!(status(&get(&api, "/me", &[BEARER]).await), 200);
    let calls = lambda.calls.lock().unwrap();
    assert_eq!(calls.iter().map(|(function, _)| function.as_str()).collect::<Vec<_>>(), ["F"]);
    assert_eq!(calls[0].1["requestContext"]["authorizer"]["integrationLatency"], 0);
}

#[tokio::test]
async fn a_token_that_is_none_is_refused_without_asking() {
    let lambda = functions(|_, _| says(&policy("Allow", "*")));
    let api = api(lambda.clone());
    for value in [None, Some(""), Some("Bearer "), Some("Basic x"), Some("xBearer a"), Some("bearer a")] {
        let headers: Vec<_> = value.map(|value| ("authorization", value)).into_iter().collect();
        assert_eq!(gateway(&get(&api, "/me", &headers).await), (401, "UNAUTHORIZED"), "{value:?}");
    }
    assert!(lambda.calls.lock().unwrap().is_empty());
    // Two that differ are none, whichever comes last; the same one twice is one.
    for other in ["Basic x", "Bearer eve", "", "AWS4-HMAC-SHA256 Credential=x"] {
        for headers in [[("authorization", other), BEARER], [BEARER, ("authorization", other)]] {
            assert_eq!(gateway(&get(&api, "/me", &headers).await), (401, "UNAUTHORIZED"), "{headers:?}");
        }
    }
    assert!(lambda.calls.lock().unwrap().is_empty());
    get(&api, "/me", &[BEARER, BEARER]).await;
    assert_eq!(lambda.calls.lock().unwrap()[0].1["authorizationToken"], "Bearer ada");
}

#[tokio::test]
async fn each_way_an_authorizer_can_end_has_its_answer() {
    let reported = |message: &str| json!({"errorType": "Error", "errorMessage": message});
    let cases: Vec<(End, Value, (u16, &str))> = vec![
        (says, policy("Deny", "*"), (403, "ACCESS_DENIED")),
        (says, policy("Allow", "*/POST/*"), (403, "ACCESS_DENIED")),
        (|report| fails(FunctionError::Reported, report), reported("Unauthorized"), (401, "UNAUTHORIZED")),
        (|report| fails(FunctionError::Reported, report), reported("unauthorized"), (500, "AUTHORIZER_FAILURE")),
        (|report| fails(FunctionError::Crashed, report), reported("Unauthorized"), (500, "AUTHORIZER_FAILURE")),
        (|report| fails(FunctionError::TimedOut, report), json!(null), (500, "AUTHORIZER_FAILURE")),
        (|_| Err(InvokeError::Throttled("Auth".into())), json!(null), (500, "AUTHORIZER_FAILURE")),
        (|_| Err(InvokeError::Unavailable("Auth".into())), json!(null), (500, "AUTHORIZER_FAILURE")),
        (says, json!(null), (500, "AUTHORIZER_CONFIGURATION_ERROR")),
        (says, json!({"principalId": "ada"}), (500, "AUTHORIZER_CONFIGURATION_ERROR")),
    ];
    for (end, answer, expected) in cases {
        let asked = answer.clone();
        let lambda = functions(move |_, _| end(&asked));
        let api = api(lambda.clone());
        let refused = get(&api, "/me", &[BEARER]).await;
        assert_eq!(gateway(&refused), expected, "{answer}");
        assert_eq!(refused.failure.is_some(), expected.0 == 500);
        // Only policies are remembered.
        get(&api, "/me", &[BEARER]).await;
        let calls = lambda.calls.lock().unwrap();
        assert_eq!(calls.len(), if expected.1 == "ACCESS_DENIED" { 1 } else { 2 }, "{answer}");
        assert!(calls.iter().all(|(function, _)| function == "Auth"));
    }
}

/// "Set up a gateway response to customize error responses" and "Output from an API Gateway Lambda authorizer": the context of
/// a Deny is `$context.authorizer` too.
#[tokio::test]
async fn what_an_authorizer_says_of_a_refusal_words_it() {
    let lambda = functions(|_, event| {
        let mut answer = policy("Deny", "*");
        let expired = event["authorizationToken"] == "Bearer old";
        answer["context"] = if expired { json!({"code": "OLD", "text": "a \"b\""}) } else { json!(null) };
        says(&answer)
    });
    let api = api_with(lambda.clone(), |api| {
        let template = r#"{"code":"$context.authorizer.code","text":"$context.authorizer.text","who":"$context.authorizer.principalId"}"#;
        let worded = local_template::GatewayResponse {
            status: Some(401),
            headers: vec![("X-Code".to_owned(), local_template::Parameter::Context("authorizer.code".to_owned()))],
            templates: [("application/json".to_owned(), template.to_owned())].into(),
        };
        api.gateway_responses.insert("ACCESS_DENIED".to_owned(), worded);
    });
    let ask = async |token: &str| {
        let answer = get(&api, "/me", &[("authorization", token)]).await;
        assert_eq!(gateway(&answer), (401, "ACCESS_DENIED"));
        let code = answer.response.headers().get("x-code").map(|code| code.to_str().unwrap().to_owned());
        (serde_json::from_slice::<Value>(answer.response.body()).unwrap(), code)
    };
    // From memory, too.
    for _ in 0..2 {
        let expected = json!({"code": "OLD", "text": "a \"b\"", "who": "ada"});
        assert_eq!(ask("Bearer old").await, (expected, Some("OLD".to_owned())));
    }
    // What it does not say is left empty.
    assert_eq!(ask("Bearer new").await, (json!({"code": "", "text": "", "who": "ada"}), None));
    assert_eq!(lambda.calls.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn no_token_gets_into_a_failure() {
    let lambda = functions(|_, event| {
        fails(FunctionError::Reported, &json!({"errorType": "Oops", "errorMessage": event["authorizationToken"]}))
    });
    let answer = get(&api(lambda), "/me", &[("authorization", "Bearer secret")]).await;
    assert_eq!(answer.failure.as_ref().unwrap().to_string(), "Auth: reported an error: Oops");
    assert!(!format!("{answer:?}").contains("secret"));
}

#[tokio::test]
async fn without_a_ttl_the_authorizer_is_always_asked() {
    let lambda = functions(|_, _| says(&policy("Allow", "*/POST/*")));
    let api = api_with(lambda.clone(), |api| {
        api.authorizers.get_mut("Users").unwrap().ttl = Duration::ZERO;
    });
    for _ in 0..3 {
        get(&api, "/me", &[BEARER]).await;
    }
    assert_eq!(lambda.calls.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn an_arn_too_long_for_a_policy_is_refused() {
    let lambda = functions(|_, _| says(&json!({})));
    let api = api_with(lambda.clone(), |api| api.routes.push(route("GET", "/x/{path+}", Some("Users"))));
    let answer = get(&api, &format!("/x/{}", "a".repeat(1_600)), &[BEARER]).await;
    assert_eq!(gateway(&answer), (414, "DEFAULT_4XX"));
    assert!(lambda.calls.lock().unwrap().is_empty());
}

/// Callers with tokens of their own race for a cache that is asked for many tokens at once: none may be taken for
/// another.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn racing_callers_keep_their_own_identities() {
    let lambda = Arc::new(Functions {
        run: |function: String, event: Value| {
            async move {
                tokio::task::yield_now().await;
                if function == "Auth" {
                    let mut answer = policy("Allow", "*");
                    answer["principalId"] = event["authorizationToken"].clone();
                    return says(&answer);
                }
                says(&json!({"body": event["requestContext"]["authorizer"]["principalId"]}))
            }
            .boxed()
        },
        calls: Mutex::default(),
    });
    let api = Arc::new(api(lambda.clone()));
    let start = Arc::new(Barrier::new(64));
    let callers = (0..64).map(|number| {
        let (api, start) = (Arc::clone(&api), Arc::clone(&start));
        tokio::spawn(async move {
            let token = format!("Bearer {}", number % 8);
            start.wait().await;
            for _ in 0..20 {
                let answer = get(&api, "/me", &[("authorization", &token)]).await;
                assert_eq!(answer.response.body().as_ref(), token.as_bytes());
            }
        })
    });
    for caller in callers.collect::<Vec<_>>() {
        caller.await.unwrap();
    }
    let asked = lambda.calls.lock().unwrap().iter().filter(|(function, _)| function == "Auth").count();
    // Each caller asks at most once; afterwards its token is known.
    assert!((8..=64).contains(&asked), "{asked}");
}
