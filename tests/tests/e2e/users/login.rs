//! `POST /api/users/login`

use std::time::Duration;

use envelope::Code;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::{Person, Stack, Token};
use tokio::time::Instant;

use crate::{ada, crowded, shared};

#[apply(e2e)]
async fn the_right_password_gets_a_token_for_a_day() {
    let (stack, ada) = (shared().await, ada().await);
    let answer = stack.post("/api/users/login").json(ada.credentials()).send().await;
    let token = answer.data()["token"].as_str().unwrap_or_else(|| panic!("{answer}"));
    let user = json!({"id": ada.id, "email": ada.email, "name": "Ada"});
    let refresh_token = &answer.data()["refreshToken"];
    let data = json!({"user": user, "token": token, "refreshToken": refresh_token, "expiresIn": 86400});
    answer.succeeds(200, "Login successful", data);

    let Token { header, claims } = Token::read(token);
    assert_eq!(header, json!({"typ": "JWT", "alg": "EdDSA", "kid": header["kid"]}));
    let names: Vec<_> = claims.as_object().unwrap().keys().collect();
    assert_eq!(names, ["sub", "email", "name", "role", "sid", "iss", "aud", "iat", "exp", "jti"]);
    assert_eq!(claims["sub"], ada.id.as_str());
    assert_eq!(claims["role"], "customer");
    assert_eq!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(), 24 * 60 * 60);
    assert_ne!(claims["jti"], Token::read(&ada.token).claims["jti"]);
}

#[apply(e2e)]
#[needs(AwsApi)]
async fn a_token_names_the_key_it_is_signed_with() {
    let (stack, ada) = (shared().await, ada().await);
    let answer = stack.post("/api/users/login").json(ada.credentials()).send().await;
    let token = Token::read(answer.data()["token"].as_str().unwrap_or_else(|| panic!("{answer}")));
    let key = stack.signing_key().await;
    assert_eq!(token.header["kid"], key.id.as_str());
    assert!(answer.data()["token"] == token.signed(&key), "{answer}");
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_login_renews_a_hash_that_an_earlier_version_made() {
    let stack = Stack::start().await;
    let ada = stack.customer("Ada").await;
    stack.give_old_hash(&ada).await;
    let hash = async || {
        let users = stack.items("UsersTable").await;
        let user = users.iter().find(|user| user["id"] == ada.id).unwrap();
        user["passwordHash"].as_str().unwrap().to_owned()
    };
    let log_in = async |body| stack.post("/api/users/login").json(body).send().await.status;
    assert_eq!(log_in(ada.wrong_guess()).await, 401);
    assert!(hash().await.starts_with("$2b$"), "only who knows the password renews it");
    // At once: each finds the old hash, and one renews it.
    for status in join_all((0..3).map(|_| log_in(ada.credentials()))).await {
        assert_eq!(status, 200);
    }
    let renewed = hash().await;
    assert!(renewed.starts_with("$bcrypt-sha256$v=2,"), "{renewed}");
    assert_eq!(log_in(ada.credentials()).await, 200);
    assert_eq!(hash().await, renewed);
}

#[apply(e2e)]
async fn a_wrong_password_and_an_unknown_address_get_the_same_answer() {
    let stack = shared().await;
    let known = stack.customer("Barbara").await;
    for body in [
        known.wrong_guess(),
        Person::new("Nobody").credentials(),
        // Longer than any password: no hint that it could not be one.
        json!({"email": known.email, "password": "x".repeat(73)}),
        json!({"email": known.email, "password": format!("{}\0", known.password)}),
    ] {
        let answer = stack.post("/api/users/login").json(body).send().await;
        answer.fails(Code::INVALID_CREDENTIALS, "Invalid credentials", Value::Null);
    }
}

#[apply(e2e)]
async fn every_missing_field_is_named() {
    let stack = shared().await;
    for (body, missing) in [
        (json!({}), vec!["email", "password"]),
        (json!({"email": "a@example.com"}), vec!["password"]),
        (json!({"email": " ", "password": "x"}), vec!["email"]),
    ] {
        let answer = stack.post("/api/users/login").json(body).send().await;
        let fields: Vec<Value> =
            missing.iter().map(|field| json!({"field": field, "code": "REQUIRED", "message": "is required"})).collect();
        let details = json!({"missingFields": missing, "fields": fields});
        answer.fails(Code::MISSING_FIELDS, "Email and password required", details);
    }
}

#[apply(e2e)]
async fn every_character_of_a_password_counts() {
    let stack = shared().await;
    let mut person = Person::new("Long");
    person.password = format!("\0{}", "é".repeat(255));
    let answer = stack.post("/api/users/register").json(person.registration()).send().await;
    assert_eq!(answer.status, 201, "{answer}");
    stack.log_in(&mut person).await;
    let other = json!({"email": person.email, "password": format!("\0{}è", "é".repeat(254))});
    let answer = stack.post("/api/users/login").json(other).send().await;
    answer.fails(Code::INVALID_CREDENTIALS, "Invalid credentials", Value::Null);
}

#[apply(e2e)]
async fn a_refused_login_takes_as_long_whether_or_not_the_address_is_known() {
    let stack = crowded().await;
    let mut known = Vec::new();
    let mut unknown = Vec::new();
    let person = stack.customer("Timed").await;
    // In turns, so that whatever else the machine does touches both alike. Fewer than the limit of guesses.
    for _ in 0..5 {
        known.push(time(stack, person.wrong_guess()).await);
        unknown.push(time(stack, Person::new("Nobody").credentials()).await);
    }
    let (known, unknown) = (median(known), median(unknown));
    // Without a hash to check, an unknown address would be answered in a hundredth of the time.
    let ratio = known.as_secs_f64() / unknown.as_secs_f64();
    assert!((0.4..2.5).contains(&ratio), "known {known:?}, unknown {unknown:?}");
}

async fn time(stack: &Stack, body: Value) -> Duration {
    let started = Instant::now();
    let answer = stack.post("/api/users/login").json(body).send().await;
    answer.fails(Code::INVALID_CREDENTIALS, "Invalid credentials", Value::Null);
    started.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
