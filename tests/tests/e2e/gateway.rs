//! What the gateway answers by itself, and what every answer has in common.

use std::collections::BTreeSet;

use envelope::Code;
use futures_util::future::join_all;
use http::Method;
use serde_json::{Value, json};
use tests::{Person, Setup};

use crate::template::system;
use crate::{ada, shared};

/// The template's paths without parameters, each with every method that no route has there, not even one whose parameter
/// the path could fill.
fn methods_without_a_route() -> Vec<(Method, String)> {
    let routes = system().api.unwrap().routes;
    let matches = |route: &str, path: &str| {
        let pair = |(wanted, found): (&str, &str)| wanted == found || wanted.starts_with('{');
        route.split('/').count() == path.split('/').count() && route.split('/').zip(path.split('/')).all(pair)
    };
    let has = |method: &Method, path: &str| {
        routes.iter().any(|route| route.method == method.as_str() && matches(&route.path, path))
    };
    let paths: BTreeSet<&str> =
        routes.iter().map(|route| route.path.as_str()).filter(|path| !path.contains('{')).collect();
    let methods = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    let pairs = paths.iter().flat_map(|path| methods.iter().map(move |method| (method.clone(), (*path).to_owned())));
    let without: Vec<_> = pairs.filter(|(method, path)| !has(method, path)).collect();
    assert!(without.len() > paths.len(), "{without:?}");
    without
}

#[apply(e2e)]
#[needs(Gateway)]
async fn what_is_not_there_is_not_found_with_and_without_a_token() {
    let (stack, ada) = (shared().await, ada().await);
    let nowhere = ["/nowhere", "/api", "/api/users/me/more", "/API/USERS/ME", "/dev/health", "/api/users%2Fme"];
    let nowhere = nowhere.map(|path| (Method::GET, path.to_owned()));
    for (method, path) in nowhere.into_iter().chain(methods_without_a_route()) {
        let anonymous = stack.request(method.clone(), &path).send().await;
        anonymous.is_the_gateways(Code::NOT_FOUND, "Not found");
        let known = stack.request(method, &path).token(&ada.token).send().await;
        known.is_the_gateways(Code::NOT_FOUND, "Not found");
    }
    let head = stack.request(Method::HEAD, "/health").send().await;
    assert_eq!((head.status.as_u16(), head.text.as_str()), (404, ""));
}

/// As those that are no route, though not every front that stands before a gateway lets them through.
#[apply(e2e)]
#[needs(Edge)]
async fn what_is_no_path_is_not_found_either() {
    let (stack, ada) = (shared().await, ada().await);
    for (method, path) in [(Method::TRACE, "/health"), (Method::GET, "/api/users/me/../me")] {
        let anonymous = stack.request(method.clone(), path).send().await;
        anonymous.is_the_gateways(Code::NOT_FOUND, "Not found");
        let known = stack.request(method, path).token(&ada.token).send().await;
        known.is_the_gateways(Code::NOT_FOUND, "Not found");
    }
}

#[apply(e2e)]
async fn a_protected_route_needs_a_bearer_token() {
    let (stack, ada) = (shared().await, ada().await);
    let required = "Authentication token required";
    stack.get("/api/users/me").send().await.is_the_gateways(Code::TOKEN_REQUIRED, required);
    for header in [
        String::new(),
        "Bearer".to_owned(),
        "Bearer x".to_owned(),
        format!("Basic {}", ada.token),
        format!("Bearer{}", ada.token),
        format!("Bearer {} x", ada.token),
        format!("Bearer Bearer {}", ada.token),
        ada.token.clone(),
    ] {
        let answer = stack.get("/api/users/me").header("authorization", header).send().await;
        answer.is_the_gateways(Code::TOKEN_REQUIRED, required);
    }
    let answer = stack.get("/api/users/me").token("a.b.c").send().await;
    answer.is_the_gateways(Code::INVALID_TOKEN, "Invalid authentication token");
    let query = stack.get(&format!("/api/users/me?token={}", ada.token)).send().await;
    query.is_the_gateways(Code::TOKEN_REQUIRED, required);
}

#[apply(e2e)]
async fn the_scheme_is_bearer_in_any_case() {
    let (stack, ada) = (shared().await, ada().await);
    for scheme in ["Bearer", "bearer", "BEARER", "bEaReR", "Bearer  "] {
        let answer = stack.get("/api/users/me").header("authorization", format!("{scheme} {}", ada.token)).send().await;
        assert_eq!((answer.status.as_u16(), &answer.body["data"]["id"]), (200, &json!(ada.id)), "{answer}");
    }
}

/// Whoever reads a request must not find another caller in it than the gateway did.
#[apply(e2e)]
#[needs(Gateway)]
async fn two_different_tokens_are_refused_by_gateway_and_function_alike() {
    let (stack, ada) = (shared().await, ada().await);
    let ours = format!("Bearer {}", ada.token);
    for other in ["Bearer a.b.c", "Basic YTpi", "", &ours.to_lowercase()] {
        for values in [[&ours, other], [other, &ours]] {
            let with_both = |request: tests::Request<'static>| {
                values.into_iter().fold(request, |request, value| request.header("authorization", value))
            };
            let protected = with_both(stack.get("/api/users/me")).send().await;
            protected.is_the_gateways(Code::TOKEN_REQUIRED, "Authentication token required");
            let open = with_both(stack.post("/api/users/auth/verify")).send().await;
            open.fails(Code::INVALID_TOKEN, "Invalid token", Value::Null);
        }
    }
    let twice =
        stack.get("/api/users/me").header("authorization", ours.as_str()).header("authorization", ours.as_str());
    assert_eq!(twice.send().await.status, 200);
}

#[apply(e2e)]
async fn a_body_has_at_most_256_kib() {
    let stack = shared().await;
    let login = |bytes: usize| {
        let frame = r#"{"email":""}"#.len();
        stack.post("/api/users/login").json(json!({"email": "x".repeat(bytes - frame)}))
    };
    login(256 * 1024).send().await.fails(
        Code::MISSING_FIELDS,
        "Email and password required",
        json!({
            "missingFields": ["password"],
            "fields": [
                {"field": "email", "code": "INVALID_FORMAT", "message": "must be an email address such as ada@example.com"},
                {"field": "password", "code": "REQUIRED", "message": "is required"},
            ],
        }),
    );
    for bytes in [256 * 1024 + 1, 4 * 1024 * 1024] {
        let answer = login(bytes).send().await;
        answer.fails(Code::PAYLOAD_TOO_LARGE, "Request body too large", json!({"limit": 256 * 1024}));
    }
}

#[apply(e2e)]
#[needs(Gateway)]
async fn the_gateway_has_a_limit_of_its_own() {
    let stack = shared().await;
    for bytes in [10 * 1024 * 1024 + 1, 11 * 1024 * 1024, 30 * 1024 * 1024] {
        let answer = stack.post("/api/users/login").json(json!("x".repeat(bytes - 2))).send().await;
        answer.is_the_gateways(Code::PAYLOAD_TOO_LARGE, "Request body too large");
    }
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn what_is_sent_to_login_and_register_takes_nothing_from_the_other_routes() {
    let setup = Setup::new().parameter("PasswordRateLimit", 1).parameter("PasswordBurstLimit", 1);
    let stack = setup.parameter("TokenRateLimit", 1).parameter("TokenBurstLimit", 1).start().await;
    for path in ["/api/users/login", "/api/users/register", "/api/users/auth/verify"] {
        let answers = join_all((0..12).map(|_| stack.post(path).json(json!({})).send())).await;
        let (throttled, passed): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 429);
        // Each has a bucket of its own, with one request in it.
        assert!(!passed.is_empty() && throttled.len() >= 5, "{path}: {} of 12", throttled.len());
        for answer in throttled {
            answer.is_the_gateways(Code::RATE_LIMIT_EXCEEDED, "Too many requests");
        }
        for open in ["/health", "/api/products"] {
            assert_eq!(stack.get(open).send().await.status, 200, "{open}");
        }
    }
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn more_than_the_stage_takes_is_throttled() {
    let stack = Setup::new().parameter("ThrottlingRateLimit", 1).parameter("ThrottlingBurstLimit", 2).start().await;
    // Ready, so at most the burst is left, and one more comes each second.
    let answers = join_all((0..12).map(|_| stack.request(Method::OPTIONS, "/health").send())).await;
    let throttled: Vec<_> = answers.iter().filter(|answer| answer.status != 200).collect();
    assert!(throttled.len() >= 5, "{} of 12", throttled.len());
    for answer in throttled {
        answer.is_the_gateways(Code::RATE_LIMIT_EXCEEDED, "Too many requests");
    }
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_slow_function_is_a_timeout_but_does_what_it_was_asked() {
    let route = "Path: /api/users/register, TimeoutInMillis: ";
    let stack = Setup::new().replacing(&format!("{route}9000"), &format!("{route}50")).start().await;
    let mut person = Person::new("Slow");
    let answer = stack.post("/api/users/register").json(person.registration()).send().await;
    answer.is_the_gateways(Code::GATEWAY_TIMEOUT, "The service did not answer in time");
    while stack.instances().await.iter().any(|one| one.function == "RegisterFunction" && one.busy) {}
    stack.log_in(&mut person).await;
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_weak_secret_stops_the_functions_that_need_it_and_says_so() {
    let stack = Setup::new()
        .replacing("GenerateSecretString: {PasswordLength: 64, ExcludePunctuation: true}", "SecretString: hunter2")
        .start()
        .await;
    for path in ["/api/users/register", "/api/users/login"] {
        let answer = stack.post(path).json(Person::new("Weak").registration()).send().await;
        answer.is_the_gateways(Code::BAD_GATEWAY, "Bad gateway");
    }
    // Whoever verifies has no use for it.
    let answer = stack.post("/api/users/auth/verify").token("a.b.c").send().await;
    answer.fails(Code::INVALID_TOKEN, "Invalid token", Value::Null);
    let told = "the signing secret is not usable: the signing secret has 7 bytes; it needs at least 32";
    for function in ["RegisterFunction", "LoginFunction"] {
        stack.until_told(&format!("{function} | function stopped: {told}"), 1).await;
    }
    assert!(!stack.output().contains("hunter2"), "{}", stack.output());
}

#[apply(e2e)]
async fn a_callers_request_id_is_kept_if_it_is_one() {
    let stack = shared().await;
    let longest = "x".repeat(128);
    for id in ["a", "0197-abc_DEF.9", &longest] {
        let answer = stack.get("/health").header("x-request-id", id).send().await;
        assert_eq!(answer.status, 200, "{answer}");
        assert_eq!(answer.header("x-request-id"), id, "{answer}");
        assert_eq!(answer.body["meta"]["requestId"], id, "{answer}");
    }
    let long = "x".repeat(129);
    for id in ["", "a b", "a\"b", "a/b", "é", "\u{202e}", &long] {
        let answer = stack.get("/health").header("x-request-id", id).send().await;
        assert_eq!(answer.status, 200, "{answer}");
        assert_ne!(answer.header("x-request-id"), id, "{answer}");
        assert!(!answer.header("x-request-id").is_empty(), "{answer}");
    }
}

#[apply(e2e)]
#[needs(Gateway)]
async fn else_an_answer_has_the_gateways() {
    let stack = shared().await;
    let long = "x".repeat(129);
    for id in ["", "a b", "a\"b", "a/b", "é", "\u{202e}", &long] {
        let answer = stack.get("/health").header("x-request-id", id).send().await;
        assert_eq!(answer.status, 200, "{answer}");
        assert_eq!(answer.header("x-request-id"), answer.header("x-amzn-requestid"), "{id:?}: {answer}");
    }
    // What the gateway answers has the gateway's own.
    let answer = stack.get("/nowhere").header("x-request-id", "mine").send().await;
    answer.is_the_gateways(Code::NOT_FOUND, "Not found");
    assert_ne!(answer.header("x-request-id"), "mine");
}

#[apply(e2e)]
async fn a_client_that_asks_for_problem_details_gets_them() {
    let (stack, ada, nobody) = (shared().await, ada().await, Person::new("Nobody"));
    let request = stack.post("/api/users/register").json(json!({"email": "x"}));
    let answer = request.header("accept", "application/json;q=0.5, application/problem+json").send().await;
    let problem = |field: &str, code: &str, message: &str| json!({"field": field, "code": code, "message": message});
    answer.is(
        400,
        json!({
            "type": "about:blank",
            "title": "Bad Request",
            "status": 400,
            "detail": "Missing required fields",
            "code": "MISSING_FIELDS",
            "details": {
                "missingFields": ["password", "name"],
                "fields": [
                    problem("email", "INVALID_FORMAT", "must be an email address such as ada@example.com"),
                    problem("password", "REQUIRED", "is required"),
                    problem("name", "REQUIRED", "is required"),
                ],
            },
            "requestId": answer.header("x-request-id"),
        }),
    );
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.header("x-gateway"), "microservices-v1");

    // Not where it refuses them, and not for a success.
    let refusing =
        stack.post("/api/users/login").json(nobody.credentials()).header("accept", "application/problem+json;q=0");
    refusing.send().await.fails(Code::INVALID_CREDENTIALS, "Invalid credentials", Value::Null);
    let success = stack.post("/api/users/auth/verify").token(&ada.token);
    let data = json!({"id": ada.id, "email": ada.email, "name": "Ada", "role": "customer"});
    success.header("accept", "application/problem+json").send().await.succeeds(200, "Token valid", data);
}
