//! The console at `/_local/`, and what it asks of the stack.

use envelope::Code;
use http::Method;
use serde_json::{Value, json};
use tests::Stack;

use crate::shared;

/// Asks a control as the console's page does: with the origin that browsers name.
async fn as_the_page(stack: &Stack, method: Method, path: &str, body: Value) -> tests::Answer {
    let origin = format!("http://127.0.0.1:{}", stack.port());
    let request = stack.request(method, &format!("/_local/{path}")).header("x-local-stack", "1");
    request.header("origin", origin).json(body).send().await
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn the_root_leads_to_a_page_that_lets_nothing_in() {
    let stack = shared().await;
    let root = stack.get("/").send().await;
    assert_eq!((root.status.as_u16(), root.header("location")), (302, "/_local/"), "{root}");
    stack.post("/").send().await.is_the_gateways(Code::NOT_FOUND, "Not found");
    let page = stack.get("/_local/").send().await;
    assert_eq!((page.status.as_u16(), page.header("content-type")), (200, "text/html; charset=utf-8"), "{page}");
    let policy = page.header("content-security-policy");
    assert!(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"), "{page}");
    assert_eq!(page.header("cross-origin-resource-policy"), "same-origin", "{page}");
    for path in ["/_local/assets/nothing.js", "/_local/assets/../assets/main.js", "/_local/main.js"] {
        let answer = stack.get(path).send().await;
        assert!([403, 404].contains(&answer.status.as_u16()), "{answer}");
    }
}

/// A page elsewhere can neither load the console nor use its controls.
#[apply(e2e)]
#[needs(OwnStack)]
async fn only_a_page_of_this_very_stack_reaches_the_controls() {
    let stack = shared().await;
    let foreign = stack.get("/_local/").header("host", "evil.example").send().await;
    assert_eq!(foreign.status, 403, "{foreign}");
    let root = stack.get("/").header("host", "evil.example").send().await;
    root.is_the_gateways(Code::NOT_FOUND, "Not found");
    for origin in ["null", "http://127.0.0.1:1", "http://evil.example", "http://localhost"] {
        let request = stack.request(Method::DELETE, "/_local/ses/faults").header("x-local-stack", "1");
        let answer = request.header("origin", origin).send().await;
        assert_eq!(answer.status, 403, "{origin}: {answer}");
    }
    assert_eq!(as_the_page(stack, Method::DELETE, "ses/faults", Value::Null).await.status, 200);
    let without = stack.request(Method::DELETE, "/_local/ses/faults").send().await;
    assert_eq!(without.status, 403, "{without}");
    let asked = stack.request(Method::OPTIONS, "/_local/tables").header("origin", "http://evil.example");
    let preflight = asked.header("access-control-request-headers", "x-local-stack").send().await;
    assert_eq!(preflight.status, 403, "{preflight}");
    assert!(!preflight.headers.contains_key("access-control-allow-origin"), "{preflight}");
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_table_is_read_page_by_page_and_by_key() {
    let stack = shared().await;
    let ada = stack.customer("Ada").await;
    let tables = stack.control(Method::GET, "tables").await;
    let users = tables.as_array().unwrap().iter().find(|table| table["name"] == "NotificationsTable").unwrap();
    let key = users["key"][0]["attribute"].as_str().unwrap().to_owned();
    stack.drained().await;
    let asked = json!({"partition": ada.id, "limit": 10});
    let page = as_the_page(stack, Method::POST, "tables/NotificationsTable/query", asked).await;
    assert_eq!(page.status, 200, "{page}");
    let items = page.body["items"].as_array().unwrap();
    assert!(!items.is_empty() && items.iter().all(|item| item[&key]["S"] == ada.id.as_str()), "{page}");

    let first = as_the_page(stack, Method::POST, "tables/UsersTable/query", json!({"limit": 1})).await;
    assert_eq!(first.body["items"].as_array().unwrap().len(), 1, "{first}");
    let start = &first.body["next"];
    let second = as_the_page(stack, Method::POST, "tables/UsersTable/query", json!({"limit": 1, "start": start})).await;
    assert_ne!(first.body["items"], second.body["items"], "{second}");
    for (path, body, status) in [
        ("tables/NoTable/query", json!({}), 404),
        ("tables/UsersTable/query", json!({"limit": 101}), 400),
        ("tables/UsersTable/query", json!({"start": {"no": {"S": "key"}}}), 400),
        ("tables/UsersTable/query", json!({"delete": true}), 400),
    ] {
        let answer = as_the_page(stack, Method::POST, path, body).await;
        assert_eq!(answer.status, status, "{answer}");
    }
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn the_template_is_told_and_a_message_is_sent() {
    let stack = Stack::start().await;
    let map = stack.control(Method::GET, "map").await;
    let arrow = json!({"from": "queue/NotificationsQueue", "to": "function/NotifyFunction", "what": "feeds"});
    assert!(map["arrows"].as_array().unwrap().contains(&arrow), "{map}");
    let routes = stack.control(Method::GET, "routes").await;
    assert!(routes.as_array().unwrap().iter().any(|one| one["method"] == "POST" && one["path"] == "/api/orders"));
    let secrets = stack.control(Method::GET, "secrets").await;
    assert_eq!(secrets[0]["versions"][0]["stages"], json!(["AWSCURRENT"]), "{secrets}");
    assert!(secrets[0].get("value").is_none(), "{secrets}");
    let schedules = stack.control(Method::GET, "schedules").await;
    assert!(schedules.as_array().unwrap().iter().any(|one| one["enabled"] == true), "{schedules}");

    let sent =
        as_the_page(&stack, Method::POST, "queues/NotificationsQueue/messages", json!({"body": "no event"})).await;
    assert_eq!(sent.status, 200, "{sent}");
    stack.control(Method::POST, "event-sources/drain?hurry").await;
    let dead = stack.control(Method::GET, "queues/NotificationsDeadLetters/messages").await;
    assert_eq!(dead[0]["body"], "no event", "{dead}");
    // Its story runs from the send to the dead letter.
    let found = stack.control(Method::GET, "stories?kind=operator&q=sendmessage%20notificationsqueue").await;
    let story = stack.control(Method::GET, &format!("stories/{}", found["stories"][0]["id"].as_str().unwrap())).await;
    assert_eq!([&story["outcome"], &story["isOpen"]], [&json!("error"), &json!(false)], "{story:#}");
    let delivered: Vec<&Value> =
        story["entries"].as_array().unwrap().iter().filter(|one| one["details"]["reader"].is_string()).collect();
    let ends: Vec<Value> =
        delivered.iter().map(|one| json!([one["details"]["comesAgain"], one["details"]["deadLetterQueue"]])).collect();
    assert_eq!(ends[..4], [const { Value::Null }; 4].map(|none| json!([true, none])), "{story:#}");
    assert_eq!(ends[4..], [json!([null, "NotificationsDeadLetters"])], "{story:#}");
    for (queue, body, status) in [("NoQueue", "x", 404), ("NotificationsQueue", "", 400)] {
        let path = format!("queues/{queue}/messages");
        let answer = as_the_page(&stack, Method::POST, &path, json!({"body": body})).await;
        assert_eq!(answer.status, status, "{answer}");
    }
}
