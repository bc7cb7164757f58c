//! Every call that functions make of AWS, made: also those that come only after something went wrong.

use http::Method;
use serde_json::{Map, Value, json};
use tests::{Answer, Person, Stack};

use crate::template::system;

/// Does all of it.
pub(super) async fn done(stack: &Stack) {
    let (admin, ada) = (stack.admin().await, stack.customer("Ada").await);
    users(stack, &admin, &ada).await;
    sessions(stack).await;
    mails(stack, &stack.customer("Grace").await).await;
    let lamp = products(stack, &admin).await;
    let order = orders(stack, &ada, &lamp).await;
    holds(stack, &lamp).await;
    notifications(stack, &ada).await;
    let leaving = keyed(stack, &ada, &lamp).await;
    unreadable(stack).await;
    stack.clear_faults().await;
    every_get(stack, &[&admin, &ada], &lamp, &order).await;
    erasure(stack, &ada, &leaving).await;
    stack.settled().await;
}

#[track_caller]
fn is(answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{answer}");
}

/// Makes calls of a function fail.
async fn fail(stack: &Stack, kind: &str, caller: &str, operation: &str, times: u32) {
    stack.inject(json!({"kind": kind, "caller": caller, "operation": operation, "times": times})).await;
}

async fn users(stack: &Stack, admin: &Person, ada: &Person) {
    // Whoever has the address is looked at: it may be this very registration, sent again.
    is(&stack.post("/api/users/register").json(ada.registration()).send().await, 409);
    fail(stack, "AnswerLost", "RegisterFunction", "TransactWriteItems", 1).await;
    stack.customer("Lost").await;
    stack.forget_source(ada).await;
    is(&stack.post("/api/users/login").json(ada.wrong_guess()).send().await, 401);
    is(&stack.post("/api/users/login").json(ada.wrong_guess()).send().await, 401);
    // Its hash is renewed.
    stack.give_old_hash(ada).await;
    is(&stack.post("/api/users/login").json(ada.credentials()).send().await, 200);
    is(&stack.post("/api/users/auth/verify").token(&ada.token).send().await, 200);
    is(&stack.get("/api/users/me").token(&ada.token).send().await, 200);
    is(
        &stack
            .request(http::Method::PATCH, "/api/users/me")
            .token(&ada.token)
            .json(json!({"name": "Ada King"}))
            .send()
            .await,
        200,
    );
    let passwords = json!({"currentPassword": ada.password, "newPassword": ada.password});
    is(&stack.request(http::Method::PUT, "/api/users/me/password").token(&ada.token).json(passwords).send().await, 204);
    is(&stack.get("/api/users").token(&admin.token).send().await, 200);
    fail(stack, "TransactionConflict", "CountUsersFunction", "TransactWriteItems", 1).await;
    stack.customer("Counted").await;
}

/// Sessions: one that goes on, and one whose token somebody else had.
async fn sessions(stack: &Stack) {
    let person = stack.customer("Leaving").await;
    let (bearer, first) = (person.token.as_str(), person.refresh_token.as_str());
    let refresh =
        async |token: &str| stack.post("/api/users/auth/refresh").json(json!({"refreshToken": token})).send().await;
    let second = refresh(first).await;
    is(&second, 200);
    is(&refresh(second.data()["refreshToken"].as_str().unwrap()).await, 200);
    is(&stack.get("/api/users/me/sessions").token(bearer).send().await, 200);
    is(&refresh(first).await, 401);
    let none = "/api/users/me/sessions/01980000-0000-7000-8000-000000000000";
    is(&stack.request(Method::DELETE, none).token(bearer).send().await, 404);
    is(&stack.post("/api/users/auth/logout").token(bearer).send().await, 204);
    is(&stack.post("/api/users/auth/logout-all").token(bearer).send().await, 204);
}

/// What is mailed, and what is done with it. All sessions of this person are over then.
async fn mails(stack: &Stack, grace: &Person) {
    is(&stack.post("/api/users/me/verify-email").token(&grace.token).send().await, 202);
    is(&stack.post("/api/users/password-reset").json(json!({"email": grace.email})).send().await, 202);
    stack.drained().await;
    for (mail, path, token) in [
        ("Confirm your email address", "/api/users/verify-email", Some(&grace.token)),
        ("Choose a new password", "/api/users/password-reset/confirm", None),
    ] {
        let mails = stack.mails(&grace.email).await;
        let mail = mails.iter().rfind(|sent| sent["subject"] == mail).unwrap_or_else(|| panic!("{mail}: {mails:?}"));
        let mut body = json!({"token": tests::mailed_token(mail)});
        let request = match token {
            Some(token) => stack.post(path).token(token),
            None => {
                body["newPassword"] = json!(grace.password);
                stack.post(path)
            }
        };
        let answer = request.json(body).send().await;
        assert!(answer.status.is_success(), "{answer}");
    }
}

/// Gives the id of a product that can be ordered.
async fn products(stack: &Stack, admin: &Person) -> String {
    // More words than a search reads the lists of: the others are looked up.
    const WORDS: &str = "one two three four five six seven eight nine ten";
    let body = json!({"name": "Lamp", "description": WORDS, "price": 20, "category": "Light", "stock": 100});
    let lamp = stack.offer(admin, body).await["id"].as_str().unwrap().to_owned();
    fail(stack, "AnswerLost", "CreateProductFunction", "PutItem", 1).await;
    let other = stack.stocked(admin, 1).await;
    stack.drained().await;
    for query in [
        "",
        "category=Light",
        "minPrice=1",
        "category=Light&minPrice=1",
        "search=lamp",
        &format!("search={}", WORDS.replace(' ', "%20")),
    ] {
        let page = stack.get(&format!("/api/products?{query}")).send().await;
        assert!(page.data()[0]["id"].is_string(), "{query}: {page}");
        let page = stack.get(&format!("/api/admin/products?{query}")).token(&admin.token).send().await;
        assert!(page.data()[0]["id"].is_string(), "{query}: {page}");
        let page = stack.get(&format!("/api/admin/products?active=true&{query}")).token(&admin.token).send().await;
        assert!(page.data()[0]["id"].is_string(), "{query}: {page}");
    }
    // Without products to read, the total is read alone.
    is(&stack.get("/api/products?page=50").send().await, 200);
    is(&stack.get("/api/admin/products?page=50").token(&admin.token).send().await, 200);
    // Someone else was at the item, and it is read again.
    fail(stack, "TransactionConflict", "EditProductFunction", "UpdateItem", 1).await;
    is(&stack.edit(admin, &lamp, json!({"name": "Lantern"})).await, 200);
    is(&stack.edit(admin, &other, json!({"isActive": false})).await, 200);
    is(&stack.get(&format!("/api/admin/products/{other}")).token(&admin.token).send().await, 200);
    // Nobody knows whether it was made, and it is read back.
    fail(stack, "AnswerLost", "UpdateStockFunction", "UpdateItem", 1).await;
    let stock = stack.request(Method::PATCH, &format!("/api/products/{lamp}/stock")).token(&admin.token);
    is(&stock.json(json!({"quantity": 1})).send().await, 200);
    stack.drained().await;
    lamp
}

/// Gives the id of an order.
async fn orders(stack: &Stack, ada: &Person, lamp: &str) -> String {
    let lines = [(lamp, 2)];
    fail(stack, "TransactionConflict", "ReserveStockFunction", "TransactWriteItems", 1).await;
    fail(stack, "AnswerLost", "CreateOrderFunction", "TransactWriteItems", 1).await;
    let placed = stack.placed_under(ada, "k1", &lines).await;
    is(&placed, 201);
    let id = placed.data()["orderId"].as_str().unwrap().to_owned();
    is(&stack.placed_under(ada, "k1", &lines).await, 201);
    is(&stack.placed_under(ada, "k1", &[(lamp, 3)]).await, 422);
    // Refused, and so perhaps answered before.
    is(&stack.placed_under(ada, "k2", &[("01980000-0000-7000-8000-000000000000", 1)]).await, 400);
    stack.settled().await;
    is(&stack.get("/api/orders").token(&ada.token).send().await, 200);
    stack.find_order(ada, &id).await;
    is(&stack.cancel(ada, &id).await, 200);
    is(&stack.cancel(ada, &id).await, 409);
    stack.settled().await;
    assert_eq!(stack.hold(&id).await.unwrap()["state"], "cancelled");
    id
}

/// What becomes of holds whose order is late, never comes, or was never there.
async fn holds(stack: &Stack, lamp: &str) {
    let id = "01980000-0000-7000-8000-0000000000aa";
    let items = json!([{"productId": lamp, "quantity": 4}]);
    let ask = json!({"orderId": id, "fingerprint": "f", "requestId": "r", "items": items});
    let reserve = async || {
        let answer = stack.invoke("ReserveStockFunction", ask.clone()).await;
        assert_eq!(answer["data"]["state"], "held", "{answer}");
    };
    reserve().await;
    // Less than the full time is left, and it gets that again.
    expires(stack, id, "expiresAt - :seconds").await;
    reserve().await;
    // Its time is over, and a new one takes its place.
    expires(stack, id, ":seconds").await;
    reserve().await;
    expired(stack, id).await;
    // Taken again.
    reserve().await;
    expired(stack, id).await;
    // Its order comes, for which it is taken again, and a cancellation and an order of which nothing is known.
    let created = json!({"orderId": id, "userId": "u", "totalAmount": 1, "holdGeneration": 3});
    put(stack, "order.created", id, created).await;
    stack.hurried().await;
    assert_eq!(stack.hold(id).await.unwrap()["state"], "held");
    put(stack, "order.renewed", id, json!({"orderId": id, "holdGeneration": 4})).await;
    let (one, other) = ("01980000-0000-7000-8000-0000000000bb", "01980000-0000-7000-8000-0000000000cc");
    put(stack, "order.cancelled", one, json!({"orderId": one, "userId": "u"})).await;
    put(stack, "order.created", other, json!({"orderId": other, "userId": "u", "totalAmount": 1})).await;
    fail(stack, "TransactionConflict", "SettleReservationFunction", "TransactWriteItems", 1).await;
    stack.hurried().await;
    let states = [(id, "settled"), (one, "cancelled"), (other, "cancelled")];
    for (id, state) in states {
        assert_eq!(stack.hold(id).await.unwrap()["state"], state, "{id}");
    }
}

/// Changes when a hold expires; `:seconds` is one.
async fn expires(stack: &Stack, order: &str, at: &str) {
    let update = json!({
        "TableName": "HoldsTable", "Key": {"orderId": {"S": order}}, "UpdateExpression": format!("SET expiresAt = {at}"),
        "ExpressionAttributeValues": {":seconds": {"N": "1"}},
    });
    is(&stack.aws("DynamoDB_20120810.UpdateItem", update).send().await, 200);
}

/// Ends the time of what is held, and gives it back.
async fn expired(stack: &Stack, order: &str) {
    expires(stack, order, ":seconds").await;
    stack.sweep().await;
    assert_eq!(stack.hold(order).await.unwrap()["state"], "expired");
}

/// Puts an event of an order on the queue of the product service.
async fn put(stack: &Stack, kind: &str, order: &str, data: Value) {
    let event = json!({
        "specversion": "1.0", "id": format!("{kind} of {order}"), "source": "/services/order-service", "type": kind,
        "subject": order, "time": "2026-01-31T12:00:00.000Z", "datacontenttype": "application/json", "data": data,
        "requestid": "r1",
    });
    stack.put_on("HoldsQueue", &event.to_string()).await;
}

async fn notifications(stack: &Stack, ada: &Person) {
    let all = stack.notifications(ada).await;
    let id = all[0]["id"].as_str().unwrap();
    let read = stack.request(Method::PATCH, &format!("/api/notifications/{id}/read")).token(&ada.token);
    is(&read.send().await, 200);
    for which in ["true", "false"] {
        is(&stack.get(&format!("/api/notifications?unread={which}")).token(&ada.token).send().await, 200);
    }
}

/// Every request that takes an `Idempotency-Key`, with one. Gives the admin who made some of them.
async fn keyed(stack: &Stack, ada: &Person, lamp: &str) -> Person {
    let admin = stack.admin().await;
    let order = stack.placed(ada, &[(lamp, 1)]).await;
    let notification = stack.notifications(ada).await[0]["id"].as_str().unwrap().to_owned();
    let mut again = ada.clone();
    stack.log_in(&mut again).await;
    let sessions = stack.get("/api/users/me/sessions").token(&ada.token).send().await;
    let other = sessions.data().as_array().unwrap().iter().find(|session| session["current"] == false).unwrap();
    let session = format!("/api/users/me/sessions/{}", other["id"].as_str().unwrap());
    let body = json!({"name": "Keyed", "price": 1, "category": "Light"});
    for (person, method, path, body) in [
        (&admin, Method::POST, "/api/products", body),
        (&admin, Method::PATCH, &format!("/api/products/{lamp}"), json!({"price": 21})),
        (&admin, Method::PATCH, &format!("/api/products/{lamp}/stock"), json!({"quantity": 1})),
        (ada, Method::POST, &format!("/api/orders/{order}/cancel"), json!({})),
        (ada, Method::PATCH, &format!("/api/notifications/{notification}/read"), json!({})),
        (ada, Method::PATCH, "/api/users/me", json!({"name": "Ada Byron"})),
        (ada, Method::DELETE, &session, json!({})),
        (ada, Method::POST, "/api/users/me/verify-email", json!({})),
    ] {
        let request = stack.request(method, path).token(&person.token).header("idempotency-key", "k1").json(body);
        let answer = request.send().await;
        assert!(answer.status.is_success(), "{answer}");
    }
    admin
}

/// Sends every `GET` of the template, so that a new one needs no line here.
async fn every_get(stack: &Stack, people: &[&Person], lamp: &str, order: &str) {
    let ids = [("/products/{id}", lamp), ("/orders/{id}", order)];
    for route in system().api.unwrap().routes.iter().filter(|route| route.method == "GET") {
        let id = ids.iter().find(|(part, _)| route.path.contains(part)).map_or("", |(_, id)| id);
        let path = route.path.replace("{id}", id);
        let mut answers = Vec::new();
        for person in people {
            answers.push(stack.get(&path).token(&person.token).send().await);
        }
        // An order is its customer's, the list of users an admin's.
        assert!(answers.iter().any(|answer| answer.status == 200), "{}", answers[0]);
    }
}

/// Ada goes, with orders, notifications and a failed login, and an admin who has changed products.
async fn erasure(stack: &Stack, ada: &Person, admin: &Person) {
    let erase =
        |password: &str| stack.post("/api/users/me/erase").token(&ada.token).json(json!({"password": password}));
    is(&erase("not her password").send().await, 401);
    is(&erase(&ada.password).send().await, 202);
    let erase_admin = stack.post("/api/users/me/erase").token(&admin.token).json(json!({"password": admin.password}));
    is(&erase_admin.send().await, 202);
    // An account is used from a source where it has neither been registered nor logged in to.
    let new = stack.customer("New").await;
    stack.forget_source(&new).await;
    let passwords = json!({"currentPassword": new.password, "newPassword": new.password});
    is(&stack.request(http::Method::PUT, "/api/users/me/password").token(&new.token).json(passwords).send().await, 204);
    let erase = stack.post("/api/users/me/erase").token(&new.token).json(json!({"password": new.password}));
    is(&erase.send().await, 202);
    stack.hurried().await;
}

/// A record that can't be read in every stream.
async fn unreadable(stack: &Stack) {
    let keys: [(&str, &[&str]); 4] = [
        ("UserEventsTable", &["userId", "eventId"]),
        ("ProductsTable", &["id"]),
        ("HoldsTable", &["orderId"]),
        ("OrdersTable", &["orderId"]),
    ];
    for (table, names) in keys {
        let key: Map<String, Value> = names.iter().map(|name| ((*name).to_owned(), json!({"S": "x"}))).collect();
        let mut item = key.clone();
        item.insert("event".to_owned(), json!({"S": "no event"}));
        let put = stack.aws("DynamoDB_20120810.PutItem", json!({"TableName": table, "Item": item})).send().await;
        is(&put, 200);
        // Nobody else has to live with it.
        let delete = stack.aws("DynamoDB_20120810.DeleteItem", json!({"TableName": table, "Key": key})).send().await;
        is(&delete, 200);
    }
    stack.hurried().await;
    let dead = stack.dead_letters().await;
    for queue in [
        "PublishUsersDeadLetters",
        "PublishProductsDeadLetters",
        "IndexProductsDeadLetters",
        "PublishOrdersDeadLetters",
    ] {
        assert!(dead.contains_key(queue), "{queue}: {dead:?}");
    }
}
