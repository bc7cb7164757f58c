//! `Idempotency-Key` on every route that takes one, but for orders (`orders/idempotency.rs`): a request that is sent again
//! changes nothing more.

use envelope::Code;
use futures_util::future::join_all;
use http::Method;
use serde_json::{Value, json};
use tests::{Answer, Person, Stack, unique};

use crate::market::{clerk, market};

/// A request that has not been sent yet, to something that nothing else uses.
struct Case {
    function: &'static str,
    token: String,
    method: Method,
    path: String,
    body: Value,
    /// Path and body of a request that asks for something else.
    other: Option<(String, Value)>,
}

impl Case {
    async fn send(&self, stack: &Stack, key: &str) -> Answer {
        self.ask(stack, key, &self.path, &self.body).await
    }

    async fn ask(&self, stack: &Stack, key: &str, path: &str, body: &Value) -> Answer {
        let request = stack.request(self.method.clone(), path).token(&self.token).header("idempotency-key", key);
        if body.is_null() { request.send().await } else { request.json(body.clone()).send().await }
    }

    #[track_caller]
    fn is_first(&self, answer: &Answer) {
        let is_done = answer.status.is_success() && answer.header("idempotency-replayed").is_empty();
        assert!(is_done, "{}: {answer}", self.function);
    }

    #[track_caller]
    fn replays(&self, answer: &Answer, first: &Answer) {
        assert_eq!(answer.header("idempotency-replayed"), "true", "{}: {answer}", self.function);
        assert_eq!((answer.status, said(answer)), (first.status, said(first)), "{}: {answer}", self.function);
    }
}

/// What an answer says of the effect.
fn said(answer: &Answer) -> (&Value, &Value, &str) {
    (answer.data(), &answer.body["message"], answer.header("location"))
}

/// A case of every route.
async fn cases(stack: &Stack, clerk: &Person) -> Vec<Case> {
    let ada = stack.customer("Ada").await;
    let lamp = stack.stocked(clerk, 10).await;
    let (order, other_order) = (stack.placed(&ada, &[(&lamp, 1)]).await, stack.placed(&ada, &[(&lamp, 1)]).await);
    let mut again = ada.clone();
    stack.log_in(&mut again).await;
    let sessions = stack.get("/api/users/me/sessions").token(&again.token).send().await;
    let mut ids = sessions.data().as_array().unwrap().iter().filter(|session| session["current"] == false);
    let session = ids.next().unwrap_or_else(|| panic!("{sessions}"))["id"].as_str().unwrap().to_owned();
    let id = |notification: &Value| notification["id"].as_str().unwrap().to_owned();
    stack.comes_to(true, async || stack.notifications(&again).await.len() >= 2).await;
    let notifications: Vec<String> = stack.notifications(&again).await.iter().map(id).collect();
    let none = "01980000-0000-7000-8000-000000000000";

    let case = |function, person: &Person, method, path: &str, body: Value, other: Option<(&str, Value)>| Case {
        function,
        token: person.token.clone(),
        method,
        path: path.to_owned(),
        body,
        other: other.map(|(path, body)| (path.to_owned(), body)),
    };
    let product = |price: u64| json!({"name": unique("Keyed"), "price": price, "category": "Light"});
    let (edit, stock) = (format!("/api/products/{lamp}"), format!("/api/products/{lamp}/stock"));
    let read = |id: &str| format!("/api/notifications/{id}/read");
    let (cancel, other_cancel) = (format!("/api/orders/{order}/cancel"), format!("/api/orders/{other_order}/cancel"));
    let sessions = |id: &str| format!("/api/users/me/sessions/{id}");
    let (patch, post) = (Method::PATCH, Method::POST);
    vec![
        case("CreateProduct", clerk, post.clone(), "/api/products", product(1), Some(("/api/products", product(2)))),
        case("EditProduct", clerk, patch.clone(), &edit, json!({"price": 2.5}), Some((&edit, json!({"price": 3})))),
        case(
            "UpdateStock",
            clerk,
            patch.clone(),
            &stock,
            json!({"quantity": 5, "operation": "increase"}),
            Some((&stock, json!({"quantity": 5}))),
        ),
        case("CancelOrder", &again, post.clone(), &cancel, Value::Null, Some((&other_cancel, Value::Null))),
        case(
            "ReadNotification",
            &again,
            patch.clone(),
            &read(&notifications[0]),
            Value::Null,
            Some((&read(&notifications[1]), Value::Null)),
        ),
        case(
            "UpdateMe",
            &again,
            patch,
            "/api/users/me",
            json!({"name": "Ada King"}),
            Some(("/api/users/me", json!({"name": "Ada Byron"}))),
        ),
        case(
            "DeleteSession",
            &again,
            Method::DELETE,
            &sessions(&session),
            Value::Null,
            Some((&sessions(none), Value::Null)),
        ),
        case("RequestVerification", &again, post, "/api/users/me/verify-email", Value::Null, None),
    ]
}

#[apply(e2e)]
async fn a_request_sent_again_gets_the_first_answer_and_another_under_its_key_is_refused() {
    let (stack, clerk) = (market().await, clerk().await);
    // One key for all: each route has keys of its own.
    let key = unique("key");
    let cases = cases(stack, clerk).await;
    let mut firsts = Vec::new();
    for case in &cases {
        let first = case.send(stack, &key).await;
        case.is_first(&first);
        firsts.push(first);
    }
    for (case, first) in cases.iter().zip(&firsts) {
        case.replays(&case.send(stack, &format!("\"{key}\"")).await, first);
        if let Some((path, body)) = &case.other {
            let refused = case.ask(stack, &key, path, body).await;
            let message = "Idempotency key reused with a different request";
            refused.fails(Code::IDEMPOTENCY_KEY_REUSED, message, Value::Null);
        }
        case.replays(&case.send(stack, &key).await, first);
    }
}

#[apply(e2e)]
async fn a_key_counts_for_its_own_user_and_product_alone() {
    let (stack, clerk) = (market().await, clerk().await);
    let (lamp, other) = (stack.stocked(clerk, 10).await, stack.clerk().await);
    let key = unique("key");
    let add = async |person: &Person, body: Value| {
        let request = stack.request(Method::PATCH, &format!("/api/products/{lamp}/stock")).token(&person.token);
        request.header("idempotency-key", key.as_str()).json(body).send().await
    };
    let told = |before: u64| json!({"productId": lamp, "previousStock": before, "newStock": before + 5});
    for person in [clerk, &other] {
        let before = stack.stock_of(&lamp).await;
        // The meaning counts, and not how it is written.
        for body in [json!({"quantity": 5, "operation": "increase"}), json!({"operation": "increase", "quantity": 5.0})]
        {
            add(person, body).await.succeeds(200, "Stock updated successfully", told(before));
        }
    }
    assert_eq!(stack.stock_of(&lamp).await, 20);
}

#[apply(e2e)]
async fn what_was_refused_is_not_kept_and_a_bad_key_is_refused() {
    let (stack, clerk) = (market().await, clerk().await);
    let lamp = stack.stocked(clerk, 1).await;
    let path = format!("/api/products/{lamp}/stock");
    let key = unique("key");
    let take = async |path: &str, key: &str, units: Value| {
        let request = stack.request(Method::PATCH, path).token(&clerk.token).header("idempotency-key", key);
        request.json(json!({"quantity": units})).send().await
    };
    assert_eq!(take(&path, &key, json!(2)).await.status, 400);
    assert_eq!(take("/api/products/01980000-0000-7000-8000-000000000000/stock", &key, json!(2)).await.status, 404);
    // The key is still free.
    assert_eq!(take(&path, &key, json!(1)).await.status, 200);
    assert_eq!(stack.stock_of(&lamp).await, 0);
    let both = take(&path, &"k".repeat(256), json!(0)).await;
    both.refuses_fields(&["quantity OUT_OF_RANGE", "Idempotency-Key TOO_LONG"]);
    let request = stack.request(Method::PATCH, "/api/notifications/none/read").token(&clerk.token);
    request.header("idempotency-key", "").send().await.refuses_fields(&["Idempotency-Key REQUIRED"]);
}

#[apply(e2e)]
async fn of_sixteen_equal_requests_at_once_one_has_the_effect() {
    let (stack, clerk) = (market().await, clerk().await);
    for case in cases(stack, clerk).await {
        let key = unique("key");
        let answers = join_all((0..16).map(|_| case.send(stack, &key))).await;
        let (first, replayed): (Vec<_>, Vec<_>) =
            answers.iter().partition(|answer| answer.header("idempotency-replayed").is_empty());
        assert_eq!(first.len(), 1, "{}: {answers:#?}", case.function);
        case.is_first(first[0]);
        for answer in replayed {
            case.replays(answer, first[0]);
        }
    }
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn an_answer_that_is_lost_is_given_by_the_next_try_also_after_a_crash() {
    let mut stack = Stack::start().await;
    let clerk = stack.clerk().await;
    let (lost, kept) = (cases(&stack, &clerk).await, cases(&stack, &clerk).await);
    let fail = async |case: &Case, times: u32| {
        let caller = format!("{}Function", case.function);
        let operation = "TransactWriteItems";
        let fault = json!({"kind": "AnswerLost", "caller": caller, "operation": operation, "times": times});
        stack.inject(fault).await;
    };
    let mut firsts = Vec::new();
    for (lost, kept) in lost.iter().zip(&kept) {
        // The SDK's own second try is the same request.
        fail(kept, 1).await;
        let first = kept.send(&stack, "k1").await;
        kept.is_first(&first);
        firsts.push(first);
        fail(lost, 3).await;
        let answer = lost.send(&stack, "k2").await;
        assert_eq!(answer.status, 503, "{}: {answer}", lost.function);
        stack.clear_faults().await;
        let again = lost.send(&stack, "k2").await;
        assert_eq!(again.header("idempotency-replayed"), "true", "{}: {again}", lost.function);
        assert!(again.status.is_success(), "{}: {again}", lost.function);
    }
    stack.kill().await;
    stack.start_again(&[]).await;
    for (case, first) in kept.iter().zip(&firsts) {
        let again = case.send(&stack, "k1").await;
        assert_eq!(again.header("idempotency-replayed"), "true", "{}: {again}", case.function);
        assert_eq!(again.data(), first.data(), "{}", case.function);
    }
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn changes_under_way_at_a_crash_are_made_once() {
    let mut stack = Stack::start().await;
    let clerk = stack.clerk().await;
    let lamp = stack.stocked(&clerk, 0).await;
    let path = format!("/api/products/{lamp}/stock");
    for round in 0..3 {
        let keys: Vec<String> = (0..12).map(|number| format!("{round}-{number}")).collect();
        let add = async |stack: &Stack, key: &str| {
            let request = stack.request(Method::PATCH, &path).token(&clerk.token).header("idempotency-key", key);
            let request = request.json(json!({"quantity": 1, "operation": "increase"}));
            request.try_send().await
        };
        let first = async {
            let answer = add(&stack, &keys[0]).await;
            stack.kill().await;
            answer
        };
        let (first, _) = tokio::join!(first, join_all(keys[1..].iter().map(|key| add(&stack, key))));
        assert!(first.is_ok_and(|answer| answer.status == 200));
        stack.start_again(&[]).await;
        for key in &keys {
            assert_eq!(add(&stack, key).await.unwrap().status, 200, "{key}");
        }
        assert_eq!(stack.stock_of(&lamp).await, 12 * (round + 1));
    }
}
