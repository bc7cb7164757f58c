//! Mails: verifying an address, and choosing a new password.

use std::fs;

use contracts::codes;
use envelope::Code;
use futures_util::future::join_all;
use http::Method;
use serde_json::{Value, json};
use tests::{Exit, Person, Setup, Signal, Stack, local, mailed_token as token, signal};

/// The mails to someone, the oldest first, once all that is under way is done.
async fn mails(stack: &Stack, person: &Person) -> Vec<Value> {
    stack.drained().await;
    stack.mails(&person.email).await
}

async fn reset(stack: &Stack, person: &Person) -> String {
    let answer = stack.post("/api/users/password-reset").json(json!({"email": person.email})).send().await;
    answer.succeeds(202, "If the address has an account, a mail is on its way", json!({}));
    token(mails(stack, person).await.last().unwrap())
}

fn confirmation(token: &str, password: &str) -> Value {
    json!({"token": token, "newPassword": password})
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_registration_mails_a_token_that_verifies_the_address_of_its_user_alone() {
    let stack = Stack::start().await;
    let (ada, eve) = (stack.customer("Ada").await, stack.customer("Eve").await);
    let sent = mails(&stack, &ada).await;
    assert_eq!((sent.len(), &sent[0]["subject"]), (1, &json!("Confirm your email address")));
    assert!(!sent[0].to_string().contains("Ada"), "{}", sent[0]);

    let verify = async |person: &Person, token: &str| {
        stack.post("/api/users/verify-email").token(&person.token).json(json!({"token": token})).send().await
    };
    let token = token(&sent[0]);
    let spoiled = token.replace(&token[60..62], "zz");
    for (person, token) in [(&eve, token.as_str()), (&ada, "abc"), (&ada, &spoiled)] {
        let refused = verify(person, token).await;
        refused.fails(codes::INVALID_VERIFICATION_TOKEN, "Invalid verification token", Value::Null);
    }
    for _ in 0..2 {
        verify(&ada, &token).await.succeeds(200, "Email address verified", json!({"emailVerified": true}));
    }
    for (person, verified) in [(&ada, true), (&eve, false)] {
        let me = stack.get("/api/users/me").token(&person.token).send().await;
        assert_eq!(me.data()["emailVerified"], verified, "{me}");
    }
    let refused = stack.post("/api/users/verify-email").json(json!({"token": token})).send().await;
    assert_eq!(refused.status, 401, "{refused}");
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn an_address_gets_three_mails_of_a_kind_an_hour_and_none_once_it_is_verified() {
    let stack = Stack::start().await;
    let ada = stack.customer("Ada").await;
    let again = async || {
        let answer = stack.post("/api/users/me/verify-email").token(&ada.token).send().await;
        answer.succeeds(202, "Verification mail requested", json!({}));
    };
    for _ in 0..4 {
        again().await;
    }
    assert_eq!(mails(&stack, &ada).await.len(), 3);
    // Another kind has a count of its own, and keeps the last of three for when the others' tokens are over. An address that
    // nobody has gets the same answer.
    join_all((0..8).map(|_| stack.post("/api/users/password-reset").json(json!({"email": ada.email})).send())).await;
    assert_eq!(mails(&stack, &ada).await.len(), 5);
    let nobody = Person::new("Nobody");
    let answer = stack.post("/api/users/password-reset").json(json!({"email": nobody.email})).send().await;
    answer.succeeds(202, "If the address has an account, a mail is on its way", json!({}));
    assert_eq!(mails(&stack, &nobody).await, [] as [Value; 0]);
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_forgotten_password_is_replaced_once_with_what_was_mailed() {
    let stack = Stack::start().await;
    let mut ada = stack.customer("Ada").await;
    let token = reset(&stack, &ada).await;
    let confirm = async |body: Value| stack.post("/api/users/password-reset/confirm").json(body).send().await;
    // A password that can't be chosen leaves the token as it is.
    let common = confirm(confirmation(&token, "password1")).await;
    common.refuses_fields(&["newPassword TOO_COMMON"]);
    let personal = confirm(confirmation(&token, &ada.email)).await;
    personal.refuses_fields(&["newPassword TOO_PERSONAL"]);

    let passwords: Vec<String> = (0..4).map(|number| format!("another horse {number}")).collect();
    let answers = join_all(passwords.iter().map(|password| confirm(confirmation(&token, password)))).await;
    let used: Vec<usize> = (0..4).filter(|number| answers[*number].status == 204).collect();
    assert_eq!(used.len(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 204) {
        answer.fails(codes::INVALID_RESET_TOKEN, "Invalid reset token", Value::Null);
    }
    let again = confirm(confirmation(&token, "a third horse")).await;
    again.fails(codes::INVALID_RESET_TOKEN, "Invalid reset token", Value::Null);

    assert_eq!(stack.post("/api/users/login").json(ada.credentials()).send().await.status, 401);
    ada.password.clone_from(&passwords[used[0]]);
    stack.log_in(&mut ada).await;
    let me = stack.get("/api/users/me").token(&ada.token).send().await;
    assert_eq!(me.data()["emailVerified"], true, "{me}");
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn who_replaces_a_forgotten_password_logs_in_whatever_they_guessed_before() {
    let stack = Stack::start().await;
    for known in [false, true] {
        let mut ada = stack.customer("Ada").await;
        if !known {
            stack.forget_source(&ada).await;
        }
        for status in [401, 401, 401, 401, 401, 429] {
            assert_eq!(stack.post("/api/users/login").json(ada.wrong_guess()).send().await.status, status);
        }
        let token = reset(&stack, &ada).await;
        "another horse".clone_into(&mut ada.password);
        let confirm = stack.post("/api/users/password-reset/confirm").json(confirmation(&token, &ada.password));
        assert_eq!(confirm.send().await.status, 204);
        stack.log_in(&mut ada).await;
    }
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_mail_whose_sender_is_killed_is_sent_by_the_next_one() {
    let stack = Stack::start().await;
    // It keeps trying until it is killed.
    stack.fail_mail(json!({"kind": "TooManyRequestsException", "times": 1_000})).await;
    let ada = stack.customer("Ada").await;
    signal(stack.until_busy("SendMailFunction").await, Signal::KILL);
    stack.clear_mail_faults().await;
    assert_eq!(mails(&stack, &ada).await.len(), 1);
    assert_eq!(stack.dead_letters().await.get("UsersDeadLetters"), None);
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_mail_that_fails_is_sent_later_and_no_log_has_an_address_or_a_token() {
    let stack = Stack::start().await;
    stack.fail_mail(json!({"kind": "InternalFailure", "times": 2})).await;
    let ada = stack.customer("Ada").await;
    stack.hurried().await;
    assert_eq!(mails(&stack, &ada).await.len(), 1);
    assert_eq!(stack.dead_letters().await.get("UsersDeadLetters"), None);
    let token = reset(&stack, &ada).await;
    let logs = fs::read_to_string(stack.folder().join("logs/SendMailFunction.log")).unwrap();
    assert!(logs.contains("mail sent") && logs.contains(&ada.id), "{logs}");
    for secret in [&ada.email, &token] {
        assert!(!logs.contains(secret.as_str()), "{logs}");
    }
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn no_more_than_three_mails_of_a_kind_are_sent_when_every_answer_is_lost() {
    let stack = Stack::start().await;
    stack.fail_mail(json!({"kind": "AnswerLost", "times": 1_000})).await;
    let ada = stack.customer("Ada").await;
    for _ in 0..2 {
        let answer = stack.post("/api/users/me/verify-email").token(&ada.token).send().await;
        assert_eq!(answer.status, 202, "{answer}");
    }
    stack.hurried().await;
    assert_eq!(mails(&stack, &ada).await.len(), 3);
    assert_eq!(stack.dead_letters().await.get("UsersDeadLetters"), None);
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_source_asks_for_as_many_mails_as_it_may_whichever_they_are() {
    let stack = Setup::new().parameter("ResetRequestsPerSource", 2).start().await;
    let ada = stack.customer("Ada").await;
    let verification = async || stack.post("/api/users/me/verify-email").token(&ada.token).send().await;
    let reset = async || stack.post("/api/users/password-reset").json(json!({"email": ada.email})).send().await;
    assert_eq!([verification().await.status, reset().await.status], [202, 202]);
    let refused = verification().await;
    refused.fails(Code::RATE_LIMIT_EXCEEDED, "Too many mails requested, try again later", Value::Null);
    assert!(refused.headers.contains_key("retry-after"), "{refused}");
    assert_eq!(reset().await.status, 429);
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn mails_about_orders_go_to_who_asked_for_them_at_a_verified_address() {
    let stack = Stack::start().await;
    let (clerk, ada) = (stack.clerk().await, stack.customer("Ada").await);
    let lamp = stack.stocked(&clerk, 10).await;
    let subjects = async || {
        let all = mails(&stack, &ada).await.into_iter();
        all.map(|mail| mail["subject"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let patch = stack.request(Method::PATCH, "/api/users/me").token(&ada.token).json(json!({"mail": {"orders": true}}));
    assert_eq!(patch.send().await.status, 200);
    stack.placed(&ada, &[(&lamp, 1)]).await;
    assert_eq!(subjects().await, ["Confirm your email address"]);
    let token = token(&mails(&stack, &ada).await[0]);
    let verify = stack.post("/api/users/verify-email").token(&ada.token).json(json!({"token": token}));
    assert_eq!(verify.send().await.status, 200);
    let order = stack.placed(&ada, &[(&lamp, 1)]).await;
    assert_eq!(subjects().await[1..], ["Your order was received", "Your order is confirmed"]);
    assert!(mails(&stack, &ada).await[1]["text"].as_str().unwrap().contains(&order));
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn cargo_local_mail_lists_and_shows() {
    let stack = Stack::start().await;
    let (ada, bob) = (stack.customer("Ada").await, stack.customer("Bob").await);
    let sent = mails(&stack, &ada).await;
    let port = stack.port().to_string();
    let mail = async |arguments: &[&str]| {
        let Exit { code, output } = local(&[&["mail"], arguments, &["--port", &port]].concat()).await;
        (code, output)
    };
    let (code, list) = mail(&[]).await;
    assert!(code == Some(0) && list.contains(&ada.email) && list.contains(&bob.email), "{list}");
    let (_, list) = mail(&["--to", &ada.email]).await;
    let id = sent[0]["id"].as_str().unwrap();
    assert!(list.contains(id) && !list.contains(&bob.email), "{list}");
    let (_, shown) = mail(&[id]).await;
    assert!(shown.contains("Subject: Confirm your email address") && shown.contains(&token(&sent[0])), "{shown}");
    let (_, json) = mail(&["--to", &ada.email, "--json"]).await;
    assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), json!(sent));
    let (code, told) = mail(&["0100"]).await;
    assert_eq!((code, told.as_str()), (Some(1), "error: no mail has the id 0100; `cargo local mail` lists them\n"));
}
