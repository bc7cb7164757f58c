//! `POST /api/users/register`

use contracts::codes;
use envelope::Code;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::{Person, is_timestamp, is_uuid_v7};

use crate::{ada, crowded, shared};

#[apply(e2e)]
async fn a_new_user_gets_an_account_and_a_token_that_works() {
    let stack = shared().await;
    let grace = Person::new("Grace");
    let answer = stack.post("/api/users/register").json(grace.registration()).send().await;
    let (user, token) = (&answer.data()["user"], &answer.data()["token"]);
    assert!(is_uuid_v7(&user["id"]) && is_timestamp(&user["createdAt"]), "{answer}");
    let expected = json!({"id": user["id"], "email": grace.email, "name": "Grace", "createdAt": user["createdAt"]});
    let refresh_token = &answer.data()["refreshToken"];
    let data = json!({"user": expected, "token": token, "refreshToken": refresh_token, "expiresIn": 86400});
    answer.succeeds(201, "User registered successfully", data);
    assert_eq!(answer.header("x-service"), "user-service");

    let profile = json!({
        "id": user["id"], "email": grace.email, "name": "Grace", "role": "customer", "emailVerified": false,
        "createdAt": user["createdAt"],
    });
    let followed = stack.follow(&answer, "/api/users/me").token(token.as_str().unwrap()).send().await;
    followed.succeeds(200, "User retrieved successfully", profile);
}

#[apply(e2e)]
async fn addresses_and_names_are_trimmed_and_addresses_have_no_case() {
    let stack = shared().await;
    let alan = Person::new("Alan");
    let written = json!({"email": format!(" {}\n", alan.email.to_uppercase()), "password": alan.password, "name": " Alan Turing  "});
    let answer = stack.post("/api/users/register").json(written).send().await;
    assert_eq!(answer.status, 201, "{answer}");
    assert_eq!(answer.data()["user"]["email"], alan.email.as_str());
    assert_eq!(answer.data()["user"]["name"], "Alan Turing");
    let again = stack.post("/api/users/register").json(alan.registration()).send().await;
    again.fails(codes::USER_EXISTS, "User already exists", json!({"email": alan.email}));
}

/// Two spellings of a domain, composed and decomposed: one user, who logs in with any of them.
#[apply(e2e)]
async fn an_address_is_one_mailbox_in_any_spelling() {
    let stack = shared().await;
    let person = Person::new("Amélie");
    let local = person.email.split('@').next().unwrap();
    let canonical = format!("am\u{e9}lie.{local}@xn--bcher-kva.example");
    let body = json!({"email": format!("AME\u{301}LIE.{local}@Bu\u{308}cher.example"), "password": "cafe\u{301} au lait", "name": "Amélie"});
    let answer = stack.post("/api/users/register").json(body).send().await;
    assert_eq!((answer.status.as_u16(), &answer.data()["user"]["email"]), (201, &json!(canonical)), "{answer}");
    for (email, password) in [
        (canonical.clone(), "cafe\u{301} au lait"),
        (format!("am\u{e9}lie.{local}@b\u{fc}cher.example"), "caf\u{e9} au lait"),
        (format!("ame\u{301}lie.{local}@XN--BCHER-KVA.example"), "caf\u{e9} au lait"),
    ] {
        let again = json!({"email": email, "password": password, "name": "Amélie"});
        let answer = stack.post("/api/users/register").json(again).send().await;
        answer.fails(codes::USER_EXISTS, "User already exists", json!({"email": canonical}));
        let answer = stack.post("/api/users/login").json(json!({"email": email, "password": password})).send().await;
        assert_eq!((answer.status.as_u16(), &answer.data()["user"]["email"]), (200, &json!(canonical)), "{answer}");
    }
    let other = json!({"email": canonical, "password": "cafe au lait"});
    let answer = stack.post("/api/users/login").json(other).send().await;
    answer.fails(Code::INVALID_CREDENTIALS, "Invalid credentials", Value::Null);
}

#[apply(e2e)]
async fn every_missing_field_is_named_and_a_blank_one_is_missing() {
    let stack = shared().await;
    for (body, missing) in [
        (json!({}), vec!["email", "password", "name"]),
        (json!({"email": "a@example.com", "password": "ab cd ef"}), vec!["name"]),
        (json!({"email": " ", "password": "", "name": "\t\n"}), vec!["email", "password", "name"]),
        (json!({"email": "\u{ad}", "password": "ab cd ef", "name": "\u{200b}\u{3164}"}), vec!["email", "name"]),
        (json!({"email": null, "password": null, "name": "x"}), vec!["email", "password"]),
    ] {
        let answer = stack.post("/api/users/register").json(body).send().await;
        let fields: Vec<Value> =
            missing.iter().map(|field| json!({"field": field, "code": "REQUIRED", "message": "is required"})).collect();
        let details = json!({"missingFields": missing, "fields": fields});
        answer.fails(Code::MISSING_FIELDS, "Missing required fields", details);
    }
}

#[apply(e2e)]
async fn a_taken_address_is_a_conflict_whatever_else_is_sent() {
    let ada = ada().await;
    let body = json!({"email": ada.email, "password": "another password", "name": "Eve"});
    let answer = shared().await.post("/api/users/register").json(body).send().await;
    answer.fails(codes::USER_EXISTS, "User already exists", json!({"email": ada.email}));
}

#[apply(e2e)]
#[needs(Crowd)]
async fn of_many_registrations_of_one_address_at_once_one_wins() {
    let stack = crowded().await;
    let mut person = Person::new("Highlander");
    let registrations = (0..10).map(|number| {
        let body = json!({"email": person.email, "password": person.password, "name": format!("No. {number}")});
        stack.post("/api/users/register").json(body).send()
    });
    let answers = join_all(registrations).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
    assert_eq!((won.len(), lost.len()), (1, 9));
    for answer in lost {
        answer.fails(codes::USER_EXISTS, "User already exists", json!({"email": person.email}));
    }
    stack.log_in(&mut person).await;
    let me = stack.get("/api/users/me").token(&person.token).send().await;
    assert_eq!(me.data()["id"], won[0].data()["user"]["id"]);
    assert_eq!(me.data()["name"], won[0].data()["user"]["name"]);
}

#[apply(e2e)]
async fn a_password_that_is_guessed_first_is_refused() {
    let stack = shared().await;
    let person = Person::new("Guessable");
    let local_part = person.email.split('@').next().unwrap();
    for (password, problems) in [
        ("ab cd e", vec!["password TOO_SHORT"]),
        ("ééééééé", vec!["password TOO_SHORT"]),
        ("PassWord1", vec!["password TOO_COMMON"]),
        (&person.email.to_uppercase(), vec!["password TOO_PERSONAL"]),
        (local_part, vec!["password TOO_PERSONAL"]),
        ("guess Able", vec!["password TOO_PERSONAL"]),
        (&"é".repeat(257), vec!["password TOO_LONG"]),
    ] {
        let body = json!({"email": person.email, "password": password, "name": "Guessable"});
        let answer = stack.post("/api/users/register").json(body).send().await;
        answer.refuses_fields(&problems);
    }
    let body = json!({"email": "nobody", "password": "Guessable", "name": "Guessable", "age": 7});
    let answer = stack.post("/api/users/register").json(body).send().await;
    answer.refuses_fields(&["email INVALID_FORMAT", "password TOO_PERSONAL", "age UNKNOWN_FIELD"]);
}
