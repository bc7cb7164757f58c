//! Tokens: what proves who is calling, and all that does not.

use std::time::{Duration, Instant};

use envelope::Code;
use serde_json::Value;
use tests::{Signal, SigningKey, Stack, Token, signal, until_ended};

use crate::{ada, shared};

const VERIFY: &str = "/api/users/auth/verify";

/// Every way to forge a token from a good one; with the real key too, which a forger would not have.
fn forgeries(good: &str, key: &SigningKey) -> Vec<(&'static str, String)> {
    let token = Token::read(good);
    let (text, signature) = good.rsplit_once('.').unwrap();
    let other = SigningKey { id: key.id.clone(), secret: b"another secret of more than 32 bytes".to_vec() };
    let now = time();
    let changed = |name: &str, value: Value| token.clone().claim(name, value);
    let algorithm = |name: &str| token.clone().parameter("alg", name);
    vec![
        ("no algorithm, no signature", algorithm("none").with_signature("")),
        ("no algorithm, some signature", algorithm("none").with_signature(signature)),
        ("no algorithm, spelt otherwise", algorithm("nOnE").with_signature("x")),
        ("no algorithm, signed all the same", algorithm("none").signed_as_it_is(&key.secret)),
        ("an algorithm of another length", algorithm("HS512").signed_as_it_is(&key.secret)),
        ("an algorithm with public keys", algorithm("RS256").signed_as_it_is(&key.secret)),
        ("another key", token.clone().signed(&other)),
        ("an empty key", token.signed_as_it_is(b"")),
        ("the key's id as the key", token.signed_as_it_is(key.id.as_bytes())),
        ("no key id", token.clone().parameter("kid", Value::Null).signed_as_it_is(&key.secret)),
        ("an unknown key id", token.clone().parameter("kid", "unknown").signed_as_it_is(&key.secret)),
        ("a path as key id", token.clone().parameter("kid", "../../dev/null").signed_as_it_is(b"")),
        ("a key id that is no text", token.clone().parameter("kid", 1).signed_as_it_is(&key.secret)),
        ("a changed role", changed("role", "admin".into()).with_signature(signature)),
        ("a changed user", changed("sub", "someone".into()).with_signature(signature)),
        ("a later end", changed("exp", (now * 2).into()).with_signature(signature)),
        ("another audience", changed("aud", "another/api".into()).signed(key)),
        ("another issuer", changed("iss", "another/users".into()).signed(key)),
        ("no audience", changed("aud", Value::Null).signed(key)),
        ("no issuer", changed("iss", Value::Null).signed(key)),
        ("a time that is over", changed("exp", (now - 1).into()).signed(key)),
        ("no end", changed("exp", Value::Null).signed(key)),
        ("an end that is no number", changed("exp", "never".into()).signed(key)),
        ("a role nobody can have", changed("role", "root".into()).signed(key)),
        ("nobody", changed("sub", Value::Null).signed(key)),
        ("a signature cut short", good[..good.len() - 1].to_owned()),
        ("a signature and more", format!("{good}A")),
        ("no signature", format!("{text}.")),
        ("a second signature", format!("{good}.{signature}")),
    ]
}

fn time() -> u64 {
    std::time::UNIX_EPOCH.elapsed().unwrap().as_secs()
}

/// A token that the gateway has not seen, signed with this key.
fn fresh(good: &str, key: &SigningKey) -> String {
    static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let id = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    Token::read(good).claim("jti", format!("fresh {id}")).signed(key)
}

async fn assert_every_forgery_is_refused(stack: &Stack, good: &str, key: &SigningKey) {
    for (what, forged) in forgeries(good, key) {
        let verified = stack.post(VERIFY).token(&forged).send().await;
        assert_eq!(verified.status, 401, "{what}: {verified}");
        verified.fails(Code::INVALID_TOKEN, "Invalid token", Value::Null);
        for path in ["/api/users/me", "/api/users"] {
            let answer = stack.get(path).token(&forged).send().await;
            assert_eq!(answer.status, 401, "{what}: {answer}");
            answer.is_the_gateways(Code::INVALID_TOKEN, "Authentication token missing or invalid");
        }
    }
}

async fn is_good(stack: &Stack, token: &str) -> bool {
    let verified = stack.post(VERIFY).token(token).send().await.status == 200;
    verified && stack.get("/api/users/me").token(token).send().await.status == 200
}

/// Kills every process of these functions: what comes next is a cold start.
async fn chill(stack: &Stack, functions: &[&str]) {
    let instances = stack.instances().await.into_iter();
    let pids: Vec<u32> =
        instances.filter(|one| functions.contains(&one.function.as_str())).map(|one| one.pid).collect();
    pids.iter().for_each(|pid| signal(*pid, Signal::KILL));
    until_ended(&pids).await;
}

#[apply(e2e)]
#[needs(AwsApi)]
async fn forged_tokens_prove_nothing() {
    let (stack, ada) = (shared().await, ada().await);
    let key = stack.signing_key().await;
    // The forger's tools make good tokens, so what is refused is refused for what is wrong with it.
    assert!(is_good(stack, &fresh(&ada.token, &key)).await);
    assert_every_forgery_is_refused(stack, &ada.token, &key).await;
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn rotating_the_key_logs_nobody_out_and_rotating_it_twice_does() {
    let stack = Stack::start().await;
    let mut ada = stack.customer("Ada").await;
    let first = stack.signing_key().await;
    assert!(is_good(&stack, &ada.token).await);

    let second = stack.rotate_signing_key().await;
    assert_ne!(second, first);
    assert!(is_good(&stack, &ada.token).await);
    assert!(is_good(&stack, &fresh(&ada.token, &first)).await);
    // Processes that run learn of the new key when they first meet it, at most every ten seconds.
    let started = Instant::now();
    while !is_good(&stack, &fresh(&ada.token, &second)).await {
        assert!(started.elapsed() < Duration::from_secs(20), "the new key is not taken up");
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    assert!(is_good(&stack, &fresh(&ada.token, &first)).await);
    assert_every_forgery_is_refused(&stack, &fresh(&ada.token, &second), &second).await;

    let third = stack.rotate_signing_key().await;
    chill(&stack, &["AuthorizeFunction", "VerifyTokenFunction", "LoginFunction"]).await;
    for (what, old) in [("never seen", fresh(&ada.token, &first)), ("her own", ada.token.clone())] {
        let verified = stack.post(VERIFY).token(&old).send().await;
        assert_eq!(verified.status, 401, "{what}: {verified}");
    }
    let answer = stack.get("/api/users/me").token(fresh(&ada.token, &first)).send().await;
    answer.is_the_gateways(Code::INVALID_TOKEN, "Authentication token missing or invalid");
    assert!(is_good(&stack, &fresh(&ada.token, &second)).await);
    stack.log_in(&mut ada).await;
    assert_eq!(Token::read(&ada.token).header["kid"], third.id.as_str());
    assert!(is_good(&stack, &ada.token).await);
}

#[apply(e2e)]
async fn identity_headers_mean_nothing() {
    let (stack, ada) = (shared().await, ada().await);
    let spoofed = |mut request: tests::Request<'static>| {
        for (name, value) in [
            ("x-user-id", "00000000-0000-7000-8000-000000000000"),
            ("x-user-role", "admin"),
            ("x-user-email", "admin@example.com"),
            ("x-user-context", r#"{"id":"1","role":"admin"}"#),
            ("x-amzn-oidc-identity", "admin"),
        ] {
            request = request.header(name, value);
        }
        request.send()
    };
    for path in ["/api/users/me", "/api/users"] {
        let answer = spoofed(stack.get(path)).await;
        answer.is_the_gateways(Code::INVALID_TOKEN, "Authentication token missing or invalid");
    }
    let listed = spoofed(stack.get("/api/users").token(&ada.token)).await;
    listed.fails(Code::FORBIDDEN, "Access denied", Value::Null);
    let me = spoofed(stack.get("/api/users/me").token(&ada.token)).await;
    assert_eq!((&me.data()["id"], &me.data()["role"]), (&Value::from(ada.id.as_str()), &Value::from("customer")));
}
