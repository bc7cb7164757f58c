//! Tokens: what proves who is calling, and all that does not.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use envelope::Code;
use ring::signature::{ED25519, UnparsedPublicKey};
use serde_json::{Value, json};
use tests::{Person, Signal, SigningKey, Stack, Token, public_key, signal, until_ended};

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
        ("the name of another algorithm", algorithm("ES256").signed_as_it_is(&key.secret)),
        ("the algorithm of before", algorithm("HS256").authenticated(&key.secret)),
        ("the public key as a shared one", algorithm("HS256").authenticated(public_key(&key.secret).as_bytes())),
        ("a shared key, not said", token.authenticated(&key.secret)),
        ("another type", token.clone().parameter("typ", "at+jwt").signed_as_it_is(&key.secret)),
        ("no type", token.clone().parameter("typ", Value::Null).signed_as_it_is(&key.secret)),
        ("an extension", token.clone().parameter("crit", json!(["exp"])).signed_as_it_is(&key.secret)),
        ("an empty list of extensions", token.clone().parameter("crit", json!([])).signed_as_it_is(&key.secret)),
        ("a time to come", changed("nbf", (now + 60).into()).signed(key)),
        ("no session", changed("sid", Value::Null).signed(key)),
        ("another key", token.clone().signed(&other)),
        ("the key of an empty secret", token.signed_as_it_is(b"")),
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
        ("no session", changed("sid", Value::Null).signed(key)),
        ("an empty session", changed("sid", "".into()).signed(key)),
        ("a session that is none", changed("sid", "01980000-0000-7000-8000-00000000abcd".into()).signed(key)),
        ("the user of another session", changed("sub", "01980000-0000-7000-8000-00000000abcd".into()).signed(key)),
        ("another's address", changed("email", "nobody@example.com".into()).signed(key)),
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

/// What the gateway says of a forgery.
fn said_of(what: &str, forged: &str) -> (Code, &'static str) {
    let parts: Vec<&str> = forged.split('.').collect();
    match what {
        "a time that is over" => (Code::TOKEN_EXPIRED, "Authentication token expired"),
        // It does not look like a token.
        _ if parts.len() != 3 || parts.contains(&"") => (Code::TOKEN_REQUIRED, "Authentication token required"),
        _ => (Code::INVALID_TOKEN, "Invalid authentication token"),
    }
}

async fn assert_every_forgery_is_refused(stack: &Stack, good: &str, key: &SigningKey) {
    for (what, forged) in forgeries(good, key) {
        let verified = stack.post(VERIFY).token(&forged).send().await;
        assert_eq!(verified.status, 401, "{what}: {verified}");
        let (code, message) = match what {
            "a time that is over" => (Code::TOKEN_EXPIRED, "Token expired"),
            _ => (Code::INVALID_TOKEN, "Invalid token"),
        };
        verified.fails(code, message, Value::Null);
        let (code, message) = said_of(what, &forged);
        for path in ["/api/users/me", "/api/users"] {
            let answer = stack.get(path).token(&forged).send().await;
            answer.is_the_gateways(code, message);
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
    // A process that is given a request before its end is noticed fails it.
    while stack.instances().await.iter().any(|one| pids.contains(&one.pid)) {}
}

#[apply(e2e)]
#[needs(AwsApi, Authorizer)]
async fn forged_tokens_prove_nothing() {
    let (stack, ada) = (shared().await, ada().await);
    let key = stack.signing_key().await;
    // The forger's tools make good tokens, so what is refused is refused for what is wrong with it.
    assert!(is_good(stack, &fresh(&ada.token, &key)).await);
    assert_every_forgery_is_refused(stack, &ada.token, &key).await;
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn rotating_the_key_however_quickly_logs_nobody_out() {
    let stack = Stack::start().await;
    let mut tokens = vec![stack.customer("Ada").await.token];
    let mut ids = vec![stack.signing_key().await.id];
    for _ in 0..3 {
        let rotated = stack.rotate_signing_key().await;
        assert!(!ids.contains(&rotated.id));
        ids.push(rotated.id);
        // A signer that starts has the new version; one that runs takes it up within five minutes.
        chill(&stack, &["LoginFunction", "RegisterFunction"]).await;
        tokens.push(stack.customer("Ada").await.token);
    }
    let used: Vec<Value> = tokens.iter().map(|token| Token::read(token).header["kid"].clone()).collect();
    assert_eq!(json!(used), json!(ids), "each version has signed");
    for round in ["running", "started anew"] {
        for token in &tokens {
            assert!(is_good(&stack, token).await, "{round}: {token}");
        }
        chill(&stack, &["AuthorizeFunction", "VerifyTokenFunction"]).await;
    }
    let last = stack.signing_key().await;
    assert_every_forgery_is_refused(&stack, tokens.last().unwrap(), &last).await;
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_version_that_nothing_was_signed_with_proves_nothing() {
    let stack = Stack::start().await;
    let ada = stack.customer("Ada").await;
    let key = stack.rotate_signing_key().await;
    // Signed by whoever read the secret, and not by the shop.
    let verified = stack.post(VERIFY).token(fresh(&ada.token, &key)).send().await;
    verified.fails(Code::INVALID_TOKEN, "Invalid token", Value::Null);
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn without_the_table_of_keys_nothing_is_signed() {
    let stack = Stack::start().await;
    let mut ada = stack.customer("Ada").await;
    stack.rotate_signing_key().await;
    chill(&stack, &["LoginFunction", "RegisterFunction", "RefreshTokenFunction"]).await;
    stack
        .inject(
            json!({"kind": "InternalServerError", "table": "SigningKeysTable", "operation": "PutItem", "times": 1_000}),
        )
        .await;
    let refresh = json!({"refreshToken": ada.refresh_token});
    for (path, body) in [
        ("/api/users/login", ada.credentials()),
        ("/api/users/register", Person::new("Eve").registration()),
        ("/api/users/auth/refresh", refresh.clone()),
    ] {
        let refused = stack.post(path).json(body).send().await;
        refused.fails(Code::SERVICE_UNAVAILABLE, "Service temporarily unavailable", Value::Null);
    }
    stack.clear_faults().await;
    // The refused refresh has not used the token up: it is not a second use when its ten seconds are over, either.
    let sessions = stack.items("SessionsTable").await;
    assert!(sessions.iter().all(|session| session["refreshNumber"] == 0), "{sessions:?}");
    assert_eq!(stack.post("/api/users/auth/refresh").json(refresh).send().await.status, 200);
    stack.log_in(&mut ada).await;
    assert!(is_good(&stack, &ada.token).await);
}

#[apply(e2e)]
async fn the_public_keys_are_everyones() {
    let (stack, ada) = (shared().await, ada().await);
    let answer = stack.get("/.well-known/jwks.json").send().await;
    assert_eq!(answer.status, 200, "{answer}");
    assert_eq!(answer.header("content-type"), "application/jwk-set+json");
    assert_eq!(answer.header("cache-control"), "public, max-age=300");
    let kid = &Token::read(&ada.token).header["kid"];
    let keys = answer.body["keys"].as_array().unwrap_or_else(|| panic!("{answer}"));
    let key = keys.iter().find(|key| key["kid"] == *kid).unwrap_or_else(|| panic!("{answer}"));
    let names: Vec<&String> = key.as_object().unwrap().keys().collect();
    assert_eq!(names, ["kty", "crv", "x", "kid", "use", "alg"], "and no private part");
    assert_eq!(json!([key["kty"], key["crv"], key["use"], key["alg"]]), json!(["OKP", "Ed25519", "sig", "EdDSA"]));
    // The token verifies by the answer alone.
    let (message, signature) = ada.token.rsplit_once('.').unwrap();
    let [x, signature] = [key["x"].as_str().unwrap(), signature].map(|text| URL_SAFE_NO_PAD.decode(text).unwrap());
    UnparsedPublicKey::new(&ED25519, x).verify(message.as_bytes(), &signature).unwrap();
}

#[apply(e2e)]
#[needs(AwsApi)]
async fn the_public_key_is_the_one_that_the_documentation_derives() {
    let stack = shared().await;
    let _ = ada().await;
    let key = stack.signing_key().await;
    let answer = stack.get("/.well-known/jwks.json").send().await;
    let published = answer.body["keys"].as_array().unwrap().iter().find(|one| one["kid"] == key.id.as_str());
    assert_eq!(published.unwrap()["x"], public_key(&key.secret));
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
        answer.is_the_gateways(Code::TOKEN_REQUIRED, "Authentication token required");
    }
    let listed = spoofed(stack.get("/api/users").token(&ada.token)).await;
    listed.fails(Code::FORBIDDEN, "Access denied", Value::Null);
    let me = spoofed(stack.get("/api/users/me").token(&ada.token)).await;
    assert_eq!((&me.data()["id"], &me.data()["role"]), (&Value::from(ada.id.as_str()), &Value::from("customer")));
}
