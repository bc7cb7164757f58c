//! Conditional requests and caching (RFC 9110, section 13; RFC 9111).

use envelope::Code;
use http::Method;
use serde_json::{Value, json};
use tests::{Answer, Person, Stack};

use crate::market::{clerk, market};

const PRIVATE: &str = "private, no-cache";
const CATALOGUE: &str = "public, max-age=5, stale-while-revalidate=30";

/// Reads a path, with the version that the reader has.
async fn read(stack: &Stack, person: Option<&Person>, path: &str, has: Option<&str>) -> Answer {
    let mut request = stack.get(path);
    if let Some(person) = person {
        request = request.token(&person.token);
    }
    if let Some(has) = has {
        request = request.header("if-none-match", has);
    }
    request.send().await
}

/// Changes what a path names, if it is in this version.
async fn change(stack: &Stack, person: &Person, path: &str, version: &str, body: Value) -> Answer {
    let request = stack.request(Method::PATCH, path).token(&person.token).header("if-match", version);
    if body.is_null() { request.send().await } else { request.json(body).send().await }
}

#[apply(e2e)]
async fn what_a_client_has_is_not_sent_again() {
    let (stack, clerk) = (market().await, clerk().await);
    let ada = stack.visitor("Ada").await;
    let product = stack.stocked(clerk, 5).await;
    let order = stack.placed(&ada, &[(&product, 1)]).await;
    for (person, path, caching) in [
        (None, format!("/api/products/{product}"), CATALOGUE),
        (None, "/api/products?limit=1&search=no-product-has-this".to_owned(), CATALOGUE),
        (None, "/.well-known/jwks.json".to_owned(), "public, max-age=300"),
        (Some(clerk), format!("/api/admin/products/{product}"), PRIVATE),
        (Some(clerk), "/api/admin/products?search=no-product-has-this".to_owned(), PRIVATE),
        (Some(&ada), "/api/users/me".to_owned(), PRIVATE),
        (Some(&ada), "/api/users/me/sessions".to_owned(), PRIVATE),
        (Some(&ada), format!("/api/orders/{order}"), PRIVATE),
        (Some(&ada), "/api/orders".to_owned(), PRIVATE),
        (Some(&ada), "/api/notifications?unread=false".to_owned(), PRIVATE),
    ] {
        let full = settled(stack, person, &path).await;
        assert_eq!((full.status.as_u16(), full.header("cache-control")), (200, caching), "{full}");
        let tag = full.header("etag").to_owned();
        for has in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
            let answer = read(stack, person, &path, Some(&has)).await;
            assert_eq!((answer.status.as_u16(), answer.text.as_str()), (304, ""), "{answer}");
            for name in ["etag", "cache-control", "vary", "access-control-allow-origin", "x-service"] {
                assert_eq!(answer.header(name), full.header(name), "{name}: {answer}");
            }
        }
        for has in ["\"other\"", "not a tag"] {
            let answer = read(stack, person, &path, Some(has)).await;
            assert_eq!((answer.status.as_u16(), answer.header("etag")), (200, tag.as_str()), "{answer}");
        }
        let refused = match person {
            None => stack.get(&path),
            Some(person) => stack.get(&path).token(&person.token),
        };
        let refused = refused.header("if-match", "\"other\"").send().await;
        refused.fails(Code::PRECONDITION_FAILED, "Precondition failed", json!({"etag": tag}));
    }
}

/// Reads a path until two answers in a row are the same: an order goes on by itself.
async fn settled(stack: &Stack, person: Option<&Person>, path: &str) -> Answer {
    let mut last = read(stack, person, path, None).await;
    loop {
        let next = read(stack, person, path, None).await;
        let is_open = next.data()["status"] == "pending" || next.data()[0]["status"] == "pending";
        if next.header("etag") == last.header("etag") && !is_open {
            return next;
        }
        last = next;
    }
}

#[apply(e2e)]
async fn an_edit_is_made_in_the_version_that_was_read() {
    let (stack, clerk) = (market().await, clerk().await);
    let ada = stack.visitor("Ada").await;
    let product = stack.stocked(clerk, 5).await;
    let (path, stock) = (format!("/api/products/{product}"), format!("/api/products/{product}/stock"));
    let tag = read(stack, None, &path, None).await.header("etag").to_owned();
    assert_eq!(tag, "\"1.5\"");
    stack.placed(&ada, &[(&product, 1)]).await;
    let sold = read(stack, None, &path, Some(&tag)).await;
    assert_eq!((sold.status.as_u16(), sold.header("etag")), (200, "\"1.4\""), "a sale is another version");
    let edited = change(stack, clerk, &path, &tag, json!({"price": 7})).await;
    assert_eq!((edited.status.as_u16(), edited.header("etag")), (200, "\"2.4\""), "and no edit: {edited}");
    for (path, body) in [(&path, json!({"price": 8})), (&stock, json!({"quantity": 1}))] {
        let refused = change(stack, clerk, path, &tag, body).await;
        refused.fails(Code::PRECONDITION_FAILED, "Precondition failed", json!({"etag": "\"2.4\""}));
    }
    let weak = change(stack, clerk, &path, "W/\"2.4\"", json!({"price": 8})).await;
    weak.fails(Code::PRECONDITION_FAILED, "Precondition failed", json!({"etag": "\"2.4\""}));
    for version in ["\"2.4\"", "\"9.9\", \"2.0\"", "*"] {
        let answer = change(stack, clerk, &stock, version, json!({"quantity": 1})).await;
        assert_eq!(answer.status, 200, "{answer}");
    }
    for path in [&path, &stock] {
        let answer = change(stack, clerk, path, "2.4", json!({"price": 8, "quantity": 1})).await;
        assert_eq!(answer.status, 400, "{answer}");
    }
    let answer = change(stack, clerk, &path, "2.4", json!({"price": 8})).await;
    let problem =
        json!([{"field": "If-Match", "code": "INVALID_FORMAT", "message": "must be * or entity tags in quotes"}]);
    answer.fails(Code::INVALID_FIELDS, "Validation failed", json!({"fields": problem}));
    let nothing = "/api/products/01980000-0000-7000-8000-000000000000";
    let missing = change(stack, clerk, nothing, "*", json!({"price": 8})).await;
    assert_eq!(missing.status, 404, "{missing}");
    let now = read(stack, None, &path, None).await;
    assert_eq!((now.data()["price"].clone(), now.header("etag")), (json!(7), "\"2.1\""), "{now}");
}

#[apply(e2e)]
async fn of_two_who_read_one_version_of_a_profile_one_changes_it() {
    let stack = market().await;
    let ada = stack.visitor("Ada").await;
    let path = "/api/users/me";
    let tag = read(stack, Some(&ada), path, None).await.header("etag").to_owned();
    let (one, other) = tokio::join!(
        change(stack, &ada, path, &tag, json!({"name": "One"})),
        change(stack, &ada, path, &tag, json!({"name": "Other"})),
    );
    let (made, refused) = if one.status == 200 { (one, other) } else { (other, one) };
    assert_eq!(made.status, 200, "{made}");
    refused.fails(Code::PRECONDITION_FAILED, "Precondition failed", json!({"etag": made.header("etag")}));
    let now = read(stack, Some(&ada), path, Some(made.header("etag"))).await;
    assert_eq!(now.status, 304, "{now}");
}

#[apply(e2e)]
async fn a_notification_is_marked_in_the_version_that_was_read() {
    let (stack, clerk) = (market().await, clerk().await);
    let ada = stack.visitor("Ada").await;
    let product = stack.stocked(clerk, 5).await;
    stack.placed(&ada, &[(&product, 1)]).await;
    let list = loop {
        let list = read(stack, Some(&ada), "/api/notifications", None).await;
        if !list.data().as_array().unwrap().is_empty() {
            break list;
        }
    };
    let path = format!("/api/notifications/{}/read", list.data()[0]["id"].as_str().unwrap());
    let refused = change(stack, &ada, &path, "\"other\"", Value::Null).await;
    let unread = refused.body["error"]["details"]["etag"].as_str().unwrap().to_owned();
    refused.fails(Code::PRECONDITION_FAILED, "Precondition failed", json!({"etag": unread}));
    let marked = change(stack, &ada, &path, &unread, Value::Null).await;
    assert_eq!((marked.status.as_u16(), &marked.data()["read"]), (200, &json!(true)), "{marked}");
    let again = change(stack, &ada, &path, &unread, Value::Null).await;
    again.fails(Code::PRECONDITION_FAILED, "Precondition failed", json!({"etag": marked.header("etag")}));
}
