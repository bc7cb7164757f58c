//! What the functions' log lines say of a call: who asked, from where, and what the gateway calls it.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::{Answer, Exit, Person, Stack, local, unique};

use crate::{ada, admin, shared};

/// Waits for the line of a function's log that is looked for: it is written after the answer.
async fn line(stack: &Stack, function: &str, is_it: impl Fn(&Value) -> bool) -> Value {
    let path = stack.folder().join("logs").join(format!("{function}.log"));
    let started = Instant::now();
    loop {
        let text = fs::read_to_string(&path).unwrap_or_default();
        let mut lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        match lines.find(|line| is_it(line)) {
            Some(line) => return line,
            None => assert!(started.elapsed() < Duration::from_secs(60), "no such line in {}:\n{text}", path.display()),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Asserts who and where a line says that a call came from.
#[track_caller]
fn says(line: &Value, answer: &Answer, user_id: Option<&str>) {
    assert_eq!(line.get("userId").and_then(Value::as_str), user_id, "{line}");
    assert_eq!(line["sourceIp"], "127.0.0.1", "{line}");
    assert_eq!(line["gatewayRequestId"], answer.header("x-amzn-requestid"), "{line}");
    assert_eq!(line["extendedRequestId"], answer.header("x-amz-apigw-id"), "{line}");
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_call_says_who_asked_and_from_where_whatever_headers_claim() {
    let (stack, ada) = (shared().await, ada().await);
    let claims = [("x-user-id", "someone"), ("x-forwarded-for", "203.0.113.9"), ("forwarded", "for=203.0.113.9")];
    for (function, path, token, user_id) in [
        ("GetMeFunction", "/api/users/me", ada.token.as_str(), Some(ada.id.as_str())),
        // Refused by the function, who knows them all the same.
        ("ListUsersFunction", "/api/users", &ada.token, Some(&ada.id)),
        ("ListOrdersFunction", "/api/orders?limit=0", &ada.token, Some(&ada.id)),
        ("ListProductsFunction", "/api/products?limit=1", "", None),
    ] {
        let id = unique("line");
        let mut request = stack.get(path).header("x-request-id", id.as_str());
        for (name, value) in claims {
            request = request.header(name, value);
        }
        let answer = if token.is_empty() { request.send().await } else { request.token(token).send().await };
        let line = line(stack, function, |line| line["requestId"] == *id).await;
        says(&line, &answer, user_id);
        for secret in [&ada.email, &ada.token] {
            assert!(!line.to_string().contains(secret), "{line}");
        }
    }
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn without_an_id_of_the_caller_the_line_has_the_gateways_twice() {
    let (stack, ada) = (shared().await, ada().await);
    let answer = stack.order(ada, &[("01980c5e-0000-7000-8000-0000000000b1", 1)]).send().await;
    let id = answer.header("x-amzn-requestid");
    let line = line(stack, "CreateOrderFunction", |line| line["requestId"] == id).await;
    says(&line, &answer, Some(&ada.id));
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_call_of_another_service_says_the_same() {
    let (stack, ada) = (shared().await, ada().await);
    let id = unique("line");
    let order = stack.order(ada, &[("01980c5e-0000-7000-8000-0000000000b1", 1)]).header("x-request-id", id.as_str());
    let answer = order.send().await;
    let line = line(stack, "ReserveStockFunction", |line| line["requestId"] == *id).await;
    assert_eq!(line["message"], "call");
    says(&line, &answer, Some(&ada.id));
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_service_that_is_asked_for_an_export_says_the_same() {
    let (stack, ada) = (shared().await, ada().await);
    let id = unique("line");
    let answer = stack.get("/api/users/me/export").token(&ada.token).header("x-request-id", id.as_str()).send().await;
    for function in ["ExportOrdersFunction", "ExportNotificationsFunction"] {
        says(&line(stack, function, |line| line["requestId"] == *id).await, &answer, Some(&ada.id));
    }
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn what_follows_from_a_call_has_the_id_that_no_client_chose() {
    let (stack, clerk, ada) = (shared().await, admin().await, ada().await);
    let lamp = stack.stocked(clerk, 1).await;
    let order = stack.order(ada, &[(&lamp, 1)]).header("x-request-id", unique("line").as_str());
    let answer = order.send().await;
    let id = answer.header("x-amz-apigw-id");
    for function in ["SettleReservationFunction", "ApplyStockEventFunction", "NotifyFunction"] {
        let line = line(stack, function, |line| line["requestId"] == id).await;
        assert_eq!(line["message"], "event handled");
    }
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_grant_says_what_was_granted_to_whom() {
    let (stack, admin) = (shared().await, admin().await);
    let line = line(stack, "GrantRoleFunction", |line| line["grantedTo"] == *admin.id).await;
    assert_eq!((&line["role"], &line["message"]), (&json!("admin"), &json!("invocation")), "{line}");
    assert!(!line.to_string().contains(&admin.email), "{line}");
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_login_says_who_got_in_and_a_refused_one_nobody() {
    let (stack, ada) = (shared().await, ada().await);
    for (credentials, status, user_id) in
        [(ada.credentials(), 200, Some(ada.id.as_str())), (tests::Person::new("Nobody").credentials(), 401, None)]
    {
        let id = unique("login");
        let answer = stack.post("/api/users/login").header("x-request-id", id.as_str()).json(credentials).send().await;
        assert_eq!(answer.status, status, "{answer}");
        says(&line(stack, "LoginFunction", |line| line["requestId"] == *id).await, &answer, user_id);
    }
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn what_an_operator_invokes_in_vain_is_quoted_nowhere() {
    let (stack, nobody) = (shared().await, Person::new("Unheard"));
    let port = stack.port().to_string();
    for event in [
        json!({"email": nobody.email, "role": "admin"}),
        json!({"email": nobody.email, "role": nobody.email}),
        json!({"id": nobody.email, "role": "admin"}),
        json!({"email": [nobody.email], "role": "admin"}),
        json!({"email": {"address": nobody.email}, "role": "admin"}),
        json!({(nobody.email.clone()): "admin"}),
        json!(nobody.email),
    ] {
        let Exit { code, output } = local(&["invoke", "GrantRoleFunction", &event.to_string(), "--port", &port]).await;
        assert_eq!(code, Some(1), "{output}");
        assert!(!output.contains(&nobody.email), "{output}");
    }
    line(stack, "GrantRoleFunction", |line| line["code"] == "InvalidEvent").await;
    for log in fs::read_dir(stack.folder().join("logs")).unwrap() {
        let path = log.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.contains(&nobody.email), "{}", path.display());
    }
}
