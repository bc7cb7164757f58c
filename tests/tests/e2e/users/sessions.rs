//! Sessions: refresh tokens, logging out, and how soon what ended counts.

use std::time::{Duration, Instant};

use envelope::Code;
use futures_util::future::join_all;
use http::Method;
use serde_json::{Value, json};
use tests::{Answer, Person, Setup, Stack, is_timestamp, is_uuid_v7};

use crate::{ada, shared};

const REFRESH: &str = "/api/users/auth/refresh";
const LOGOUT: &str = "/api/users/auth/logout";
const SESSIONS: &str = "/api/users/me/sessions";

/// A stack whose gateway asks about every token anew.
async fn forgetful() -> Stack {
    Setup::new().replacing("ReauthorizeEvery: 60", "ReauthorizeEvery: 0").start().await
}

async fn refresh(stack: &Stack, token: &str) -> Answer {
    stack.post(REFRESH).json(json!({"refreshToken": token})).send().await
}

/// The access token and the refresh token of an answer.
#[track_caller]
fn tokens(answer: &Answer) -> (String, String) {
    let text = |name: &str| answer.data()[name].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
    answer.succeeds(
        200,
        "Token refreshed",
        json!({"token": text("token"), "refreshToken": text("refreshToken"), "expiresIn": 86400}),
    );
    (text("token"), text("refreshToken"))
}

#[track_caller]
fn is_refused(answer: &Answer) {
    answer.fails(Code::INVALID_TOKEN, "Invalid refresh token", Value::Null);
}

async fn me(stack: &Stack, token: &str) -> Answer {
    stack.get("/api/users/me").token(token).send().await
}

/// Someone's token after another login.
async fn logged_in_again(stack: &Stack, person: &Person) -> Person {
    let mut again = person.clone();
    stack.log_in(&mut again).await;
    again
}

#[track_caller]
fn is_over(answer: &Answer) {
    answer.is_the_gateways(Code::INVALID_TOKEN, "Invalid authentication token");
}

#[apply(e2e)]
async fn a_refresh_token_gets_the_next_tokens_and_is_used_then() {
    let stack = shared().await;
    let person = stack.customer("Refreshing").await;
    let first = refresh(stack, &person.refresh_token).await;
    let (token, second) = tokens(&first);
    assert_ne!(second, person.refresh_token);
    assert_eq!(me(stack, &token).await.data()["id"], json!(person.id));
    // Sent again at once, as by a client that did not hear the answer.
    assert_eq!(tokens(&refresh(stack, &person.refresh_token).await).1, second);
    let (_, third) = tokens(&refresh(stack, &second).await);
    // Somebody has the first one who should not: nobody goes on.
    is_refused(&refresh(stack, &person.refresh_token).await);
    is_refused(&refresh(stack, &third).await);
}

#[apply(e2e)]
#[needs(Crowd)]
async fn refreshes_at_once_with_one_token_give_one_successor() {
    let stack = shared().await;
    let person = stack.customer("Hurried").await;
    let answers = join_all((0..16).map(|_| refresh(stack, &person.refresh_token))).await;
    let successors: Vec<String> = answers.iter().map(|answer| tokens(answer).1).collect();
    assert!(successors.iter().all(|successor| *successor == successors[0]));
    tokens(&refresh(stack, &successors[0]).await);
}

#[apply(e2e)]
async fn a_text_that_is_no_refresh_token_is_refused_and_ends_nothing() {
    let stack = shared().await;
    let person = stack.customer("Careful").await;
    let good = &person.refresh_token;
    let cut = &good[..good.len() - 1];
    let longer = format!("{good}AAAA");
    let (of_another, long) = (good.replace(&good[8..20], "AAAAAAAAAAAA"), "A".repeat(5_000));
    let padded = format!("{good}=");
    for text in [cut, &longer, &of_another, &long, &padded, "é", "A", &person.token, &good[..40]] {
        is_refused(&refresh(stack, text).await);
    }
    for (body, problem) in [
        (json!({"refreshToken": 1}), "refreshToken INVALID_TYPE"),
        (json!({"refreshToken": good, "token": "x"}), "token UNKNOWN_FIELD"),
    ] {
        stack.post(REFRESH).json(body).send().await.refuses_fields(&[problem]);
    }
    for body in [json!({}), json!({"refreshToken": null})] {
        let answer = stack.post(REFRESH).json(body).send().await;
        assert_eq!(answer.body["error"]["code"], "MISSING_FIELDS", "{answer}");
    }
    tokens(&refresh(stack, good).await);
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_refresh_whose_answer_is_lost_can_be_sent_again() {
    let stack = Stack::start().await;
    let person = stack.customer("Unlucky").await;
    // The write is made, and the function hears of no answer, however often it asks.
    let lost = json!({"kind": "AnswerLost", "caller": "RefreshTokenFunction", "operation": "UpdateItem", "times": 3});
    stack.inject(lost).await;
    let answer = refresh(&stack, &person.refresh_token).await;
    assert!(answer.status == 200 || answer.status.is_server_error(), "{answer}");
    stack.clear_faults().await;
    let (_, second) = tokens(&refresh(&stack, &person.refresh_token).await);
    tokens(&refresh(&stack, &second).await);
}

#[apply(e2e)]
async fn logging_out_twice_is_logging_out() {
    let stack = shared().await;
    let person = stack.customer("Leaving").await;
    // The gateway knows the token for a minute.
    for _ in 0..2 {
        let answer = stack.post(LOGOUT).token(&person.token).send().await;
        assert!(answer.status == 204 && answer.text.is_empty(), "{answer}");
    }
    is_refused(&refresh(stack, &person.refresh_token).await);
    let verified = stack.post("/api/users/auth/verify").token(&person.token).send().await;
    verified.fails(Code::INVALID_TOKEN, "Invalid token", Value::Null);
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_logout_ends_one_session_and_logging_out_everywhere_all_of_them() {
    let stack = forgetful().await;
    let (first, other) = (stack.customer("Ada").await, stack.customer("Other").await);
    let (second, third) = (logged_in_again(&stack, &first).await, logged_in_again(&stack, &first).await);
    assert_eq!(stack.post(LOGOUT).token(&first.token).send().await.status, 204);
    is_over(&me(&stack, &first.token).await);
    is_over(&stack.post(LOGOUT).token(&first.token).send().await);
    assert_eq!(me(&stack, &second.token).await.status, 200);

    let all = stack.post("/api/users/auth/logout-all").token(&second.token).send().await;
    assert!(all.status == 204 && all.text.is_empty(), "{all}");
    for person in [&second, &third] {
        is_over(&me(&stack, &person.token).await);
        is_refused(&refresh(&stack, &person.refresh_token).await);
    }
    assert_eq!(me(&stack, &other.token).await.status, 200);
    let again = logged_in_again(&stack, &first).await;
    assert_eq!(me(&stack, &again.token).await.status, 200);
}

#[apply(e2e)]
async fn everyone_sees_their_sessions_and_ends_one_of_them() {
    let stack = shared().await;
    let (first, stranger) = (stack.customer("Lister").await, ada().await);
    let request = stack.post("/api/users/login").header("user-agent", "x".repeat(300));
    let second = request.json(first.credentials()).send().await.data()["token"].as_str().unwrap().to_owned();

    let listed = stack.get(SESSIONS).token(&second).send().await;
    let rows = listed.data().as_array().unwrap_or_else(|| panic!("{listed}")).clone();
    assert_eq!(rows.len(), 2, "{listed}");
    let (newest, oldest) = (&rows[0], &rows[1]);
    for (row, agent, current) in [(newest, "x".repeat(256), true), (oldest, String::new(), false)] {
        assert!(is_uuid_v7(&row["id"]) && is_timestamp(&row["createdAt"]), "{listed}");
        assert!(row["sourceIp"].as_str().is_some_and(|ip| ip.parse::<std::net::IpAddr>().is_ok()), "{listed}");
        let expected = json!({
            "id": row["id"], "createdAt": row["createdAt"], "lastUsedAt": row["createdAt"],
            "sourceIp": row["sourceIp"], "userAgent": agent, "current": current,
        });
        assert_eq!(row.to_string(), expected.to_string(), "{listed}");
    }
    listed.succeeds(200, "Sessions retrieved successfully", json!(rows));

    let delete = |id: &Value, token: &str| {
        let path = format!("{SESSIONS}/{}", id.as_str().unwrap());
        stack.request(Method::DELETE, &path).token(token).send()
    };
    // Not by anybody else, and only what is there.
    for (id, token) in [
        (&oldest["id"], stranger.token.as_str()),
        (&json!("01980000-0000-7000-8000-000000000000"), &second),
        (&json!("x"), &second),
        (&json!("x".repeat(1_100)), &second),
    ] {
        delete(id, token).await.fails(Code::NOT_FOUND, "Session not found", Value::Null);
    }
    let ended = delete(&oldest["id"], &second).await;
    assert!(ended.status == 204 && ended.text.is_empty(), "{ended}");
    delete(&oldest["id"], &second).await.fails(Code::NOT_FOUND, "Session not found", Value::Null);
    is_refused(&refresh(stack, &first.refresh_token).await);
    let left = stack.get(SESSIONS).token(&second).send().await;
    assert_eq!(left.data().as_array().unwrap(), &rows[..1]);
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn what_ended_counts_when_the_gateway_has_forgotten_the_token() {
    let stack = Setup::new().replacing("ReauthorizeEvery: 60", "ReauthorizeEvery: 2").start().await;
    let person = stack.customer("Ended").await;
    assert_eq!(me(&stack, &person.token).await.status, 200);
    assert_eq!(stack.post(LOGOUT).token(&person.token).send().await.status, 204);
    let ended = Instant::now();
    loop {
        let answer = me(&stack, &person.token).await;
        if answer.status == 401 {
            break is_over(&answer);
        }
        assert!(ended.elapsed() < Duration::from_secs(10), "the gateway goes on: {answer}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_role_counts_at_once_and_a_user_who_is_gone_is_nobody() {
    let stack = forgetful().await;
    let person = stack.customer("Promoted").await;
    let users = async || stack.get("/api/users?limit=1").token(&person.token).send().await;
    users().await.fails(Code::FORBIDDEN, "Access denied", Value::Null);
    stack.grant(&person.id, "admin").await;
    assert_eq!(users().await.status, 200);
    let verified = stack.post("/api/users/auth/verify").token(&person.token).send().await;
    assert_eq!(verified.data()["role"], "admin", "{verified}");
    stack.grant(&person.id, "customer").await;
    users().await.fails(Code::FORBIDDEN, "Access denied", Value::Null);

    let key = json!({"TableName": "UsersTable", "Key": {"email": {"S": person.email}}});
    assert_eq!(stack.aws("DynamoDB_20120810.DeleteItem", key).send().await.status, 200);
    is_over(&users().await);
    is_refused(&refresh(&stack, &person.refresh_token).await);
    // Whoever registers the address then is someone else.
    let answer = stack.post("/api/users/register").json(person.registration()).send().await;
    assert_eq!(answer.status, 201, "{answer}");
    is_over(&users().await);
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn without_the_database_nobody_is_let_in_or_logged_out() {
    let stack = forgetful().await;
    let person = stack.customer("Patient").await;
    assert_eq!(me(&stack, &person.token).await.status, 200);
    let away = json!({"kind": "InternalServerError", "caller": "AuthorizeFunction", "times": 100});
    stack.inject(away).await;
    let answer = me(&stack, &person.token).await;
    answer.is_the_gateways(Code::BAD_GATEWAY, "Authentication service unavailable");
    stack.clear_faults().await;
    assert_eq!(me(&stack, &person.token).await.status, 200);
}
