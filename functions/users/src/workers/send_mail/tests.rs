use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use aws::api::Api;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use events::Cause;
use futures_util::future::join_all;
use local_testing::{Fault, FaultKind, Tables};
use serde_json::{Value, json};

use super::*;
use crate::domain::email::Email;
use crate::store::{MailRequests, UserEvents};

const ADDRESS: &str = "ada@example.com";
const ORDER: &str = "01980c5e-0000-7000-8000-0000000000af";

/// Keeps what it is sent, and answers with this status. It sends also with 500: the answer is lost.
#[derive(Debug, Clone)]
struct FakeSes {
    status: Arc<AtomicU16>,
    sent: Arc<Mutex<Vec<Value>>>,
}

impl HttpConnector for FakeSes {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let status = self.status.load(Ordering::Relaxed);
        if [200, 500].contains(&status) {
            self.sent.lock().unwrap().push(serde_json::from_slice(request.body().bytes().unwrap()).unwrap());
        }
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status.try_into().unwrap(), SdkBody::from("{}"))))
    }
}

struct Fixture {
    tables: Tables,
    ses: FakeSes,
    consumer: SendMail,
    requests: MailRequests,
    ada: String,
}

impl Fixture {
    async fn new() -> Self {
        let tables = Tables::of_template().await;
        let ses = FakeSes { status: Arc::new(200.into()), sent: Arc::default() };
        let client = tables.client();
        let api = Api::through(SharedHttpConnector::new(ses.clone()), "ses");
        let requests = MailRequests::new(client.clone(), "MailsTable", UserEvents::new("UserEventsTable"));
        let consumer = SendMail {
            mails: Mails::new(client.clone(), "MailsTable", "UsersTable"),
            users: Users::new(client, "UsersTable"),
            mailer: Some(Mailer::through(api, "shop@example.com")),
            shop_url: None,
        };
        let fixture = Self { tables, ses, consumer, requests, ada: Uuid::now_v7().to_string() };
        fixture.put(ADDRESS, json!({})).await;
        fixture
    }

    /// Puts Ada's item, as the first version wrote it and with these attributes more.
    async fn put(&self, email: &str, more: Value) {
        let mut item = json!({
            "id": self.ada, "email": email, "name": "Ada <script>", "role": "customer", "listing": "user",
            "createdAt": "2026-01-31T12:00:00.000Z", "passwordHash": "old",
        });
        item.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let item = serde_dynamo::to_item(item).unwrap();
        self.tables.client().put_item().table_name("UsersTable").set_item(Some(item)).send().await.unwrap();
    }

    fn created(&self, email: &str) -> MailEvent {
        let (user_id, email, name) = (self.ada.clone(), email.to_owned(), "Ada <script>".to_owned());
        MailEvent::UserCreated(event(UserCreated { user_id, email, name }))
    }

    async fn requested(&self, kind: MailKind, user_id: &str, email: &str) -> MailEvent {
        let requested = event(MailRequested { kind, user_id: user_id.to_owned() });
        self.requests.insert_for_address(&Email::parse(email).unwrap(), &requested).await.unwrap();
        MailEvent::Requested(requested)
    }

    fn confirmed(&self) -> MailEvent {
        MailEvent::OrderConfirmed(event(OrderConfirmed { order_id: ORDER.to_owned(), user_id: Some(self.ada.clone()) }))
    }

    fn sent(&self) -> Vec<Value> {
        self.ses.sent.lock().unwrap().clone()
    }

    /// The number of items of requests that are kept.
    async fn requests(&self) -> usize {
        let scan = self.tables.client().scan().table_name("MailsTable").send().await.unwrap();
        scan.items().iter().filter(|item| item.contains_key("email") || item.contains_key("requestOwner")).count()
    }

    /// Lets the time of every claim be over.
    async fn pass_claims(&self) {
        let client = self.tables.client();
        for item in client.scan().table_name("MailsTable").send().await.unwrap().items() {
            if item.contains_key("claimedUntil") {
                let mut item = item.clone();
                item.insert("claimedUntil".to_owned(), AttributeValue::N("1".to_owned()));
                client.put_item().table_name("MailsTable").set_item(Some(item)).send().await.unwrap();
            }
        }
    }
}

fn event<T: events::Payload>(data: T) -> Event<T> {
    Event::new(SERVICE, data, Cause::request("r1"))
}

#[tokio::test]
async fn a_new_user_is_sent_one_mail_however_often_the_event_arrives() {
    let fixture = Fixture::new().await;
    let created = fixture.created(ADDRESS);
    let outcomes = join_all((0..4).map(|_| fixture.consumer.handle(created.clone()))).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    fixture.consumer.handle(created).await.unwrap();
    let sent = fixture.sent();
    assert_eq!((sent.len(), &sent[0]["Destination"]), (1, &json!({"ToAddresses": [ADDRESS]})));
}

#[tokio::test]
async fn no_mail_quotes_what_a_person_typed() {
    let fixture = Fixture::new().await;
    fixture.put(ADDRESS, json!({"mail": {"orders": true}})).await;
    fixture.consumer.handle(fixture.created(ADDRESS)).await.unwrap();
    let reset = fixture.requested(MailKind::PasswordReset, &fixture.ada, ADDRESS).await;
    fixture.consumer.handle(reset).await.unwrap();
    fixture.put(ADDRESS, json!({"mail": {"orders": true}, "emailVerified": true})).await;
    fixture.consumer.handle(fixture.confirmed()).await.unwrap();
    let sent = fixture.sent();
    assert_eq!(sent.len(), 3);
    for mail in sent {
        assert!(!mail["Content"].to_string().contains("Ada"), "{mail}");
    }
}

#[tokio::test]
async fn a_mail_that_ses_does_not_take_is_tried_again_and_counts_once() {
    let fixture = Fixture::new().await;
    let created = fixture.created(ADDRESS);
    for status in [400, 403] {
        fixture.ses.status.store(status, Ordering::Relaxed);
        for _ in 0..2 {
            assert!(fixture.consumer.handle(created.clone()).await.is_err());
        }
    }
    fixture.ses.status.store(200, Ordering::Relaxed);
    fixture.consumer.handle(created.clone()).await.unwrap();
    fixture.consumer.handle(created).await.unwrap();
    assert_eq!(fixture.sent().len(), 1);
    for expected in [2, 3, 3] {
        let again = fixture.requested(MailKind::VerifyEmail, &fixture.ada, ADDRESS).await;
        fixture.consumer.handle(again).await.unwrap();
        assert_eq!(fixture.sent().len(), expected);
    }
}

#[tokio::test]
async fn an_address_gets_three_mails_an_hour_when_every_answer_is_lost() {
    let fixture = Fixture::new().await;
    fixture.ses.status.store(500, Ordering::Relaxed);
    let mut requests = Vec::new();
    for _ in 0..3 {
        requests.push(fixture.requested(MailKind::VerifyEmail, &fixture.ada, ADDRESS).await);
    }
    let mut failed = 0;
    while let Some(request) = requests.pop() {
        if fixture.consumer.handle(request.clone()).await.is_err() {
            failed += 1;
            requests.insert(0, request);
        }
        fixture.pass_claims().await;
    }
    assert_eq!((failed, fixture.sent().len(), fixture.requests().await), (3, 3, 0));
}

/// The process is killed after SES has answered: nothing can send and mark at once.
#[tokio::test]
async fn a_mail_whose_mark_was_not_written_may_be_sent_twice_and_its_last_token_counts() {
    let fixture = Fixture::new().await;
    let reset = fixture.requested(MailKind::PasswordReset, &fixture.ada, ADDRESS).await;
    let lost = Fault {
        operation: Some("UpdateItem".to_owned()),
        times: 3,
        ..Fault::next(FaultKind::ProvisionedThroughputExceededException)
    };
    fixture.tables.dynamodb().faults().inject(lost);
    assert!(fixture.consumer.handle(reset.clone()).await.is_err());
    assert_eq!(fixture.requests().await, 2);
    fixture.pass_claims().await;
    fixture.consumer.handle(reset.clone()).await.unwrap();
    assert_eq!((fixture.sent().len(), fixture.requests().await), (2, 0));
    fixture.consumer.handle(reset).await.unwrap();
    let tokens: Vec<MailToken> = fixture.sent().iter().map(token_of).collect();
    let now = timestamp::epoch_seconds();
    let valid = async |token| fixture.consumer.mails.token(token, &Mail::PasswordReset, now).await.unwrap().is_some();
    assert_eq!((tokens.len(), valid(&tokens[0]).await, valid(&tokens[1]).await), (2, false, true));
}

/// The token in a mail.
fn token_of(mail: &Value) -> MailToken {
    let text = mail["Content"]["Simple"]["Body"]["Text"]["Data"].as_str().unwrap();
    text.lines().find_map(MailToken::parse).unwrap()
}

#[tokio::test]
async fn a_request_for_an_address_that_nobody_has_sends_nothing_and_is_done() {
    let fixture = Fixture::new().await;
    let nobody = fixture.requested(MailKind::PasswordReset, &Uuid::now_v7().to_string(), "bob@example.com").await;
    fixture.consumer.handle(nobody).await.unwrap();
    // Ada's id and another's address: the address was registered anew.
    let other = fixture.requested(MailKind::VerifyEmail, &Uuid::now_v7().to_string(), ADDRESS).await;
    fixture.consumer.handle(other).await.unwrap();
    assert_eq!((fixture.sent().len(), fixture.requests().await), (0, 0));
}

#[tokio::test]
async fn an_address_that_is_verified_or_out_of_reach_gets_no_verification() {
    let fixture = Fixture::new().await;
    fixture.put(ADDRESS, json!({"emailVerified": true})).await;
    fixture.consumer.handle(fixture.created(ADDRESS)).await.unwrap();
    fixture.put("öm@example.com", json!({})).await;
    fixture.consumer.handle(fixture.created("öm@example.com")).await.unwrap();
    assert_eq!(fixture.sent().len(), 0);
}

#[tokio::test]
async fn without_a_sender_nothing_is_sent_and_requests_are_done() {
    let mut fixture = Fixture::new().await;
    fixture.consumer.mailer = None;
    fixture.consumer.handle(fixture.created(ADDRESS)).await.unwrap();
    let reset = fixture.requested(MailKind::PasswordReset, &fixture.ada, ADDRESS).await;
    fixture.consumer.handle(reset).await.unwrap();
    fixture.consumer.handle(fixture.confirmed()).await.unwrap();
    assert_eq!((fixture.sent().len(), fixture.requests().await), (0, 0));
}

#[tokio::test]
async fn mails_about_orders_go_to_verified_addresses_of_those_who_asked() {
    let fixture = Fixture::new().await;
    for (item, expected) in [
        (json!({}), 0),
        (json!({"emailVerified": true}), 0),
        (json!({"mail": {"orders": true}}), 0),
        (json!({"mail": {"orders": false}, "emailVerified": true}), 0),
        (json!({"mail": {"orders": true}, "emailVerified": true}), 1),
    ] {
        fixture.put(ADDRESS, item.clone()).await;
        fixture.consumer.handle(fixture.confirmed()).await.unwrap();
        assert_eq!(fixture.sent().len(), expected, "{item}");
    }
    let text = fixture.sent()[0]["Content"]["Simple"]["Body"]["Text"]["Data"].clone();
    assert!(text.as_str().unwrap().contains(ORDER), "{text}");
}
