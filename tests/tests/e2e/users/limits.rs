//! How many wrong guesses a login takes.

use envelope::Code;
use futures_util::future::join_all;
use serde_json::Value;
use tests::{Answer, Person, Setup, Stack};

use crate::crowded;

/// Wrong guesses for one address, all at once.
async fn guesses(stack: &Stack, person: &Person, number: usize) -> Vec<Answer> {
    join_all((0..number).map(|_| stack.post("/api/users/login").json(person.wrong_guess()).send())).await
}

/// Exactly five of the answers say that the guess was wrong; the others say nothing of it.
#[track_caller]
fn assert_five_were_heard(answers: &[Answer]) {
    let (heard, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 401);
    assert_eq!((heard.len(), refused.len()), (5, answers.len() - 5));
    for answer in heard {
        answer.fails(Code::INVALID_CREDENTIALS, "Invalid credentials", Value::Null);
    }
    for answer in refused {
        assert_limited(answer);
    }
}

#[track_caller]
fn assert_limited(answer: &Answer) {
    answer.fails(Code::RATE_LIMIT_EXCEEDED, "Too many failed logins, try again later", Value::Null);
    let seconds: u64 = answer.header("retry-after").parse().unwrap();
    // From when this guess began, and the window from when the first that failed did, in whole seconds each.
    assert!((1..=15 * 60 + 30).contains(&seconds), "{answer}");
}

#[apply(e2e)]
#[needs(Crowd)]
async fn of_twenty_wrong_guesses_at_once_five_are_heard_and_then_not_even_the_right_one() {
    let stack = crowded().await;
    let person = stack.customer("Guessed").await;
    assert_five_were_heard(&guesses(stack, &person, 20).await);
    assert_limited(&stack.post("/api/users/login").json(person.credentials()).send().await);
    // Spelt otherwise, it is the same address.
    let body = serde_json::json!({"email": person.email.to_uppercase(), "password": person.password});
    assert_limited(&stack.post("/api/users/login").json(body).send().await);
    // What claims to be another source address is not.
    let forwarded = stack.post("/api/users/login").json(person.credentials()).header("x-forwarded-for", "203.0.113.9");
    assert_limited(&forwarded.send().await);
    // A token from before is as good as ever.
    assert_eq!(stack.get("/api/users/me").token(&person.token).send().await.status, 200);
}

#[apply(e2e)]
#[needs(Crowd)]
async fn of_sixteen_wrong_guesses_at_once_five_are_compared_fifteen_times_over() {
    let stack = crowded().await;
    for _ in 0..15 {
        assert_five_were_heard(&guesses(stack, &Person::new("Nobody"), 16).await);
    }
}

#[apply(e2e)]
#[needs(Crowd)]
async fn an_address_nobody_has_is_limited_alike() {
    let stack = crowded().await;
    let nobody = Person::new("Nobody");
    assert_five_were_heard(&guesses(stack, &nobody, 8).await);
    assert_limited(&stack.post("/api/users/login").json(nobody.credentials()).send().await);
}

#[apply(e2e)]
#[needs(Crowd)]
async fn the_right_password_does_not_wipe_out_the_failures_before_it() {
    let stack = crowded().await;
    let mut person = stack.customer("Patient").await;
    let before = guesses(stack, &person, 4).await;
    assert!(before.iter().all(|answer| answer.status == 401));
    stack.log_in(&mut person).await;
    assert_five_were_heard(&[before, guesses(stack, &person, 3).await].into_iter().flatten().collect::<Vec<_>>());
}

/// Elsewhere than on Linux the loopback interface has one address only.
#[cfg(target_os = "linux")]
#[apply(e2e)]
#[needs(OwnStack)]
async fn guesses_from_one_source_do_not_lock_out_another() {
    let stack = crowded().await;
    let person = stack.customer("Owner").await;
    assert_five_were_heard(&guesses(stack, &person, 6).await);
    let elsewhere = stack.post("/api/users/login").json(person.credentials()).from([127, 0, 0, 2]).send().await;
    assert_eq!(elsewhere.status, 200, "{elsewhere}");
}

#[cfg(target_os = "linux")]
#[apply(e2e)]
#[needs(OwnStack)]
async fn nobody_locks_out_a_source_that_has_registered() {
    let stack = crowded().await;
    let mut person = stack.customer("Home").await;
    let elsewhere = |host: u8| {
        let guess = || stack.post("/api/users/login").json(person.wrong_guess()).from([127, 0, 0, host]).send();
        join_all((0..6).map(move |_| guess()))
    };
    for host in 10..20 {
        assert_five_were_heard(&elsewhere(host).await);
    }
    for answer in elsewhere(20).await {
        assert_limited(&answer);
    }
    stack.log_in(&mut person).await;
    assert_five_were_heard(&guesses(stack, &person, 6).await);
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_source_has_so_many_failed_logins_and_registrations_whichever_the_account() {
    let stack = Setup::new().parameter("FailedLoginsPerSource", 3).parameter("RegistrationsPerSource", 4).start().await;
    let ada = stack.customer("Ada").await;
    let wrong = async || stack.post("/api/users/login").json(Person::new("Nobody").credentials()).send().await;
    for _ in 0..3 {
        // Right ones don't count.
        assert_eq!(stack.post("/api/users/login").json(ada.credentials()).send().await.status, 200);
        wrong().await.fails(Code::INVALID_CREDENTIALS, "Invalid credentials", Value::Null);
    }
    assert_limited(&wrong().await);
    assert_limited(&stack.post("/api/users/login").json(ada.credentials()).send().await);

    let register = async |body| stack.post("/api/users/register").json(body).send().await;
    // What is no registration does not count, and one of a taken address does.
    assert_eq!(register(serde_json::json!({"email": ada.email})).await.status, 400);
    for _ in 0..2 {
        assert_eq!(register(ada.registration()).await.status, 409);
    }
    assert_eq!(register(Person::new("Bob").registration()).await.status, 201);
    let limited = register(Person::new("Carol").registration()).await;
    limited.fails(Code::RATE_LIMIT_EXCEEDED, "Too many registrations, try again later", Value::Null);
    let seconds: u64 = limited.header("retry-after").parse().unwrap();
    assert!((1..=15 * 60).contains(&seconds), "{limited}");
}
