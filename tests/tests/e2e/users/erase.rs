//! `POST /api/users/me/erase`

use envelope::Code;
use futures_util::future::join_all;
use http::Method;
use serde_json::{Value, json};
use tests::{Answer, Person, Setup, Stack, unique};

use crate::shared;
use crate::template::system;

const STREET: &str = "12 St James's Square";

/// What the requests of orders are called, by whoever sends them.
const REQUEST: &str = "Augusta-Ada-King";

/// A stack whose holds expire soon: an order that is refused for its customer leaves one behind.
async fn start() -> Stack {
    Setup::new().parameter("HoldSeconds", 5).start().await
}

async fn erase(stack: &Stack, person: &Person, password: &str) -> Answer {
    stack.post("/api/users/me/erase").token(&person.token).json(json!({"password": password})).send().await
}

/// Places an order that is sent home.
async fn order(stack: &Stack, person: &Person, product: &str) -> Answer {
    let address = json!({"name": person.name, "street": STREET});
    let order = json!({"items": [{"productId": product, "quantity": 1}], "shippingAddress": address});
    let id = unique(REQUEST);
    stack.post("/api/orders").token(&person.token).header("x-request-id", id.as_str()).json(order).send().await
}

/// Every item of every table, with the table's name, that says who or where.
async fn traces(stack: &Stack, person: &Person) -> Vec<(String, Value)> {
    traces_and(stack, person, &[]).await
}

/// As [`traces`], or that has one of these words.
async fn traces_and(stack: &Stack, person: &Person, words: &[String]) -> Vec<(String, Value)> {
    let mut traces = Vec::new();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let personal = [&[&*person.id, &*person.email, &*person.name, STREET, REQUEST][..], &words].concat();
    for table in system().tables.keys() {
        for item in stack.items(table).await {
            let text = item.to_string();
            if personal.iter().any(|personal| text.contains(personal)) {
                traces.push((table.clone(), item));
            }
        }
    }
    traces
}

/// Asserts that the marks are all that is left, and that no dead letter is.
async fn assert_erased(stack: &Stack, person: &Person) {
    let traces = traces(stack, person).await;
    let tables: Vec<&str> = traces.iter().map(|(table, _)| table.as_str()).collect();
    let marks = [
        "NotificationErasuresTable",
        "NotificationRequestsTable",
        "OrderErasuresTable",
        "OrderRequestsTable",
        "ProductRequestsTable",
        "UserErasuresTable",
        "UserRequestsTable",
    ];
    assert_eq!(tables, marks, "{traces:?}");
    for (table, mark) in &traces {
        let names: Vec<&String> = mark.as_object().unwrap().keys().collect();
        assert!(names.iter().all(|name| ["expiresAt", "id", "userId"].contains(&name.as_str())), "{table}: {mark}");
    }
    assert_eq!(stack.dead_letters().await, [].into());
}

fn someone() -> Person {
    Person { name: "Augusta Ada King".to_owned(), ..Person::new("erased") }
}

async fn registered(stack: &Stack) -> Person {
    let mut person = someone();
    let answer = stack.post("/api/users/register").json(person.registration()).send().await;
    person.id = answer.data()["user"]["id"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
    person.token = answer.data()["token"].as_str().unwrap().to_owned();
    person
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn marks_are_all_that_is_left_and_the_address_is_free() {
    let stack = start().await;
    let (clerk, person) = (stack.clerk().await, registered(&stack).await);
    let lamp = stack.stocked(&clerk, 10).await;
    for _ in 0..3 {
        assert_eq!(order(&stack, &person, &lamp).await.status, 201);
    }
    let rename = async |key: &str| {
        let request = stack.request(Method::PATCH, "/api/users/me").token(&person.token);
        request.header("idempotency-key", key).json(json!({"name": person.name})).send().await
    };
    assert_eq!(rename("k1").await.status, 200);
    stack.drained().await;
    let latest = stack.notifications(&person).await[0]["id"].as_str().unwrap().to_owned();
    let read = stack.request(Method::PATCH, &format!("/api/notifications/{latest}/read")).token(&person.token);
    assert_eq!(read.header("idempotency-key", "k1").send().await.status, 200);
    let placed = order(&stack, &person, &lamp).await;
    let id = placed.data()["orderId"].as_str().unwrap_or_else(|| panic!("{placed}"));
    let cancel = stack.post(&format!("/api/orders/{id}/cancel")).token(&person.token);
    assert_eq!(cancel.header("idempotency-key", "k1").send().await.status, 200);
    stack.drained().await;
    let total =
        async || stack.get("/api/users").token(&clerk.token).send().await.body["meta"]["pagination"]["total"].clone();
    let before = total().await.as_u64().unwrap();
    let orders = stack.items("OrdersTable").await;
    let fingerprints: Vec<String> =
        orders.iter().map(|order| order["fingerprint"].as_str().unwrap().to_owned()).collect();
    assert!(fingerprints.iter().all(|fingerprint| fingerprint.len() == 64), "{orders:?}");
    assert!(!traces(&stack, &person).await.is_empty());

    erase(&stack, &person, "not the password").await.fails(
        Code::INVALID_CREDENTIALS,
        "Invalid credentials",
        Value::Null,
    );
    erase(&stack, &person, &person.password).await.succeeds(202, "Account is being erased", json!({"id": person.id}));
    // The gateway has the identity in its cache, and what comes late meets the mark.
    order(&stack, &person, &lamp).await;
    assert_eq!(rename("k2").await.status, 401);
    assert_eq!(erase(&stack, &person, &person.password).await.status, 401);
    stack.settled().await;
    assert_erased(&stack, &person).await;
    // An address can be guessed from the fingerprint of what was ordered.
    assert_eq!(traces_and(&stack, &person, &fingerprints).await, traces(&stack, &person).await);
    assert_eq!(order(&stack, &person, &lamp).await.status, 401);
    assert_eq!(rename("k1").await.status, 401);
    stack.settled().await;

    // What the shop has to know of its orders is there.
    stack.assert_sound(&[(&lamp, 10)]).await;
    let kept = stack.items("OrdersTable").await;
    for order in &orders {
        let kept = kept.iter().find(|kept| kept["orderId"] == order["orderId"]).unwrap();
        for field in ["status", "totalAmount", "items", "createdAt"] {
            assert_eq!(kept[field], order[field], "{field}");
        }
    }
    assert_eq!(total().await.as_u64().unwrap(), before - 1);

    // An event that was set aside and comes back, whichever it is.
    for (kind, data) in [
        ("user.created", json!({"userId": person.id, "email": person.email, "name": person.name})),
        ("order.created", json!({"orderId": "o1", "userId": person.id, "totalAmount": 1})),
        ("order.confirmed", json!({"orderId": "o1", "userId": person.id})),
    ] {
        let event = json!({
            "specversion": "1.0", "id": format!("late {kind}"), "source": "/late", "type": kind, "subject": "late",
            "time": "2026-01-31T12:00:00.000Z", "datacontenttype": "application/json", "requestid": "r1", "data": data,
        });
        stack.put_on("NotificationsQueue", &event.to_string()).await;
    }
    let erased = json!({
        "specversion": "1.0", "id": "again", "source": "/late", "type": "user.erased", "subject": person.id,
        "time": "2026-01-31T12:00:00.000Z", "datacontenttype": "application/json", "requestid": "r1",
        "data": {"userId": person.id},
    });
    for queue in ["UserErasuresQueue", "OrderErasuresQueue", "NotificationErasuresQueue", "ProductErasuresQueue"] {
        stack.put_on(queue, &erased.to_string()).await;
    }
    stack.hurried().await;
    assert_erased(&stack, &person).await;

    assert_eq!(stack.post("/api/users/login").json(person.credentials()).send().await.status, 401);
    let again = stack.post("/api/users/register").json(person.registration()).send().await;
    assert_eq!(again.status, 201, "{again}");
    assert_ne!(again.data()["user"]["id"], person.id.as_str());
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn orders_beside_an_erasure_that_fails_half_way_leave_nothing_behind() {
    let stack = start().await;
    let clerk = stack.clerk().await;
    let lamp = stack.stocked(&clerk, 100).await;
    for (caller, operation) in [
        ("EraseOrdersFunction", "UpdateItem"),
        ("EraseNotificationsFunction", "DeleteItem"),
        ("EraseUserFunction", "DeleteItem"),
    ] {
        let person = registered(&stack).await;
        assert_eq!(order(&stack, &person, &lamp).await.status, 201);
        let fault = json!({"kind": "InternalServerError", "caller": caller, "operation": operation, "times": 12});
        stack.inject(fault).await;
        let orders = join_all((0..8).map(|_| order(&stack, &person, &lamp)));
        let (erased, _) = tokio::join!(erase(&stack, &person, &person.password), orders);
        assert_eq!(erased.status, 202, "{caller}: {erased}");
        stack.settled().await;
        stack.clear_faults().await;
        stack.settled().await;
        assert_erased(&stack, &person).await;
    }
    stack.assert_sound(&[(&lamp, 100)]).await;
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn who_registers_the_address_anew_is_not_taken_for_who_had_it() {
    let stack = start().await;
    let mut before = registered(&stack).await;
    stack.log_in(&mut before).await;
    let fault = json!({"kind": "InternalServerError", "caller": "EraseUserFunction", "operation": "DeleteItem", "times": 10_000});
    stack.inject(fault).await;
    assert_eq!(erase(&stack, &before, &before.password).await.status, 202);

    let mut after = before.clone();
    let answer = stack.post("/api/users/register").json(after.registration()).send().await;
    answer.data()["token"].as_str().unwrap().clone_into(&mut after.token);
    let kept = async |person: &Person| {
        let export = stack.get("/api/users/me/export").token(&person.token).send().await;
        (export.data()["knownSources"].clone(), export.data()["failedLogins"].clone())
    };
    let (sources, failed) = kept(&after).await;
    assert_eq!((sources.as_array().map(Vec::len), failed), (Some(1), json!([])), "where they registered: {sources}");
    stack.log_in(&mut after).await;
    let known = async || {
        let items = stack.items("KnownSourcesTable").await.into_iter();
        items.filter(|item| item["email"] == *after.email).map(|item| item["userId"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(known().await, [json!(after.id)]);
    stack.clear_faults().await;
    stack.hurried().await;
    assert_eq!(known().await, [json!(after.id)]);
    let (sources, _) = kept(&after).await;
    assert_eq!(sources.as_array().map(Vec::len), Some(1), "{sources}");
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn no_request_for_a_mail_is_left_behind() {
    let stack = start().await;
    let person = registered(&stack).await;
    stack.drained().await;
    stack.fail_mail(json!({"kind": "MessageRejected", "times": 1_000})).await;
    let verification = async || stack.post("/api/users/me/verify-email").token(&person.token).send().await;
    let reset = async || stack.post("/api/users/password-reset").json(json!({"email": person.email})).send().await;
    assert_eq!([verification().await.status, reset().await.status], [202, 202]);
    for item in stack.items("UserEventsTable").await {
        assert!(item["event"]["type"] == "user.created" || !item.to_string().contains(&person.email), "{item}");
    }
    assert_eq!(erase(&stack, &person, &person.password).await.status, 202);
    // The gateway has the identity in its cache.
    let late = verification().await;
    late.fails(Code::INVALID_TOKEN, "Invalid token", Value::Null);
    stack.settled().await;
    assert_erased(&stack, &person).await;
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_stack_that_is_killed_during_an_erasure_goes_on_with_it() {
    let mut stack = start().await;
    let clerk = stack.clerk().await;
    let lamp = stack.stocked(&clerk, 100).await;
    let person = registered(&stack).await;
    join_all((0..8).map(|_| order(&stack, &person, &lamp))).await;
    assert_eq!(erase(&stack, &person, &person.password).await.status, 202);
    stack.until_busy("EraseOrdersFunction").await;
    stack.kill().await;
    stack.start_again(&[]).await;
    stack.settled().await;
    assert_erased(&stack, &person).await;
    stack.assert_sound(&[(&lamp, 100)]).await;
}

#[apply(e2e)]
async fn a_password_is_asked_for_and_a_wrong_one_counts_as_a_failed_login() {
    let stack = shared().await;
    let ada = stack.customer("Ada").await;
    let nothing = stack.post("/api/users/me/erase").token(&ada.token).json(json!({})).send().await;
    assert_eq!(nothing.status, 400, "{nothing}");
    assert_eq!(nothing.body["error"]["code"], "MISSING_FIELDS");
    for _ in 0..5 {
        assert_eq!(erase(stack, &ada, "not the password").await.status, 401);
    }
    let refused = erase(stack, &ada, &ada.password).await;
    assert_eq!(refused.status, 429, "{refused}");
    assert_eq!(stack.post("/api/users/login").json(ada.credentials()).send().await.status, 429);
}
