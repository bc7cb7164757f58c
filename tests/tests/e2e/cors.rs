//! Cross-origin requests: preflights, and headers on every kind of answer.

use envelope::Code;
use http::Method;
use serde_json::json;
use tests::Setup;

use crate::template::system;
use crate::{ada, shared};

const ORIGIN: &str = "https://shop.example.com";

#[apply(e2e)]
#[needs(Preflight)]
async fn every_path_answers_preflights_without_a_token() {
    let stack = shared().await;
    let methods = system().api.unwrap().cors.unwrap().allow_methods.unwrap();
    for path in [
        "/health",
        "/api/users",
        "/api/users/me",
        "/api/users/register",
        "/api/users/auth/verify",
        "/.well-known/jwks.json",
    ] {
        let preflight = stack
            .request(Method::OPTIONS, path)
            .header("origin", ORIGIN)
            .header("access-control-request-method", "POST")
            .header(
                "access-control-request-headers",
                "authorization,content-type,idempotency-key,if-match,if-none-match,x-request-id",
            )
            .send()
            .await;
        preflight.is(200, json!({}));
        for (name, value) in [
            ("access-control-allow-origin", "*"),
            ("access-control-allow-methods", methods.as_str()),
            (
                "access-control-allow-headers",
                "Authorization,Content-Type,Idempotency-Key,If-Match,If-None-Match,X-Request-ID",
            ),
            ("access-control-max-age", "600"),
        ] {
            assert_eq!(preflight.header(name), value, "{name}: {preflight}");
        }
    }
    let nowhere = stack.request(Method::OPTIONS, "/api/nowhere").header("origin", ORIGIN).send().await;
    nowhere.is_the_gateways(Code::NOT_FOUND, "Not found");
}

/// Every answer's assertion checks that these headers are there; here, what they say.
#[apply(e2e)]
#[needs(Gateway)]
async fn a_page_of_any_origin_reads_every_kind_of_answer() {
    let (stack, ada) = (shared().await, ada().await);
    for (request, status) in [
        (stack.get("/api/users/me").token(&ada.token), 200),
        (stack.post("/api/users/register").json(json!({})), 400),
        (stack.get("/api/users").token(&ada.token), 403),
        (stack.get("/api/users/me"), 401),
        (stack.get("/nowhere"), 404),
        (stack.get("/nowhere").token(&ada.token), 404),
        (stack.post("/api/users/login").json(json!({"x": "x".repeat(256 * 1024)})), 413),
        (stack.post("/api/users/login").body("x"), 415),
    ] {
        let answer = request.header("origin", ORIGIN).send().await;
        assert_eq!(answer.status, status, "{answer}");
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{answer}");
        assert_eq!(
            answer.header("access-control-expose-headers"),
            "X-Request-ID,Location,Retry-After,ETag,Idempotency-Replayed",
            "{answer}"
        );
    }
}

#[apply(e2e)]
#[needs(Edge)]
async fn a_page_reads_what_is_refused_before_a_route_is_found() {
    let answer = shared().await.get("/api/users?%zz").header("origin", ORIGIN).send().await;
    assert_eq!(answer.status, 400, "{answer}");
    assert_eq!(answer.header("access-control-allow-origin"), "*", "{answer}");
    assert_eq!(
        answer.header("access-control-expose-headers"),
        "X-Request-ID,Location,Retry-After,ETag,Idempotency-Replayed",
        "{answer}"
    );
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn one_allowed_origin_is_the_only_one_named() {
    let stack = Setup::new().parameter("AllowedOrigins", ORIGIN).start().await;
    for request in [
        stack.get("/health"),
        stack.post("/api/users/login").json(json!({})),
        stack.get("/api/users/me"),
        stack.get("/nowhere"),
        stack.request(Method::OPTIONS, "/api/users/me"),
    ] {
        let answer = request.header("origin", "https://evil.example").send().await;
        assert_eq!(answer.header("access-control-allow-origin"), ORIGIN, "{answer}");
    }
    assert_eq!(stack.get("/health").send().await.header("vary"), "Origin");
}
