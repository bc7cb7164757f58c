//! Mails sent over the API, and what is left of them on disk.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::future::poll_fn;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::pin::pin;
use std::task::Poll;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use local_ses::{Fault, FaultKind, Ses};
use serde_json::{Value, json};

fn request(to: &str) -> Request<Bytes> {
    let body = json!({
        "FromEmailAddress": "shop@example.com",
        "Destination": {"ToAddresses": [to]},
        "Content": {"Simple": {"Subject": {"Data": "Welcome"}, "Body": {"Text": {"Data": "hello"}}}},
    });
    Request::post("/v2/email/outbound-emails").body(body.to_string().into()).unwrap()
}

async fn send(ses: &Ses, to: &str) -> Response<Bytes> {
    ses.handle(Some("send-mail"), request(to)).await
}

fn body(response: &Response<Bytes>) -> Value {
    serde_json::from_slice(response.body()).unwrap()
}

fn code(response: &Response<Bytes>) -> &str {
    response.headers()["x-amzn-errortype"].to_str().unwrap()
}

fn open(folder: &Path) -> Ses {
    Ses::open(folder).unwrap()
}

#[tokio::test]
async fn a_mail_is_kept_for_its_owner_alone_and_survives_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let mails = folder.path().join("ses");
    let sent = send(&open(&mails), "ada@example.com").await;
    assert_eq!(sent.status(), StatusCode::OK);
    let id = body(&sent)["MessageId"].as_str().unwrap().to_owned();

    let ses = open(&mails);
    let mail = ses.mail(&id).unwrap().unwrap();
    assert_eq!((mail.subject.as_str(), mail.sent_by.as_deref()), ("Welcome", Some("send-mail")));
    assert_eq!(ses.mails().unwrap(), [mail]);
    let file = mails.join(format!("{id}.json"));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(&mails).unwrap().permissions().mode() & 0o777, 0o700);
}

#[tokio::test]
async fn mails_are_listed_newest_first() {
    let folder = tempfile::tempdir().unwrap();
    let ses = open(folder.path());
    let recipients: Vec<String> = (0..20).map(|number| format!("user{number}@example.com")).collect();
    for recipient in &recipients {
        send(&ses, recipient).await;
    }
    let listed: Vec<String> = ses.mails().unwrap().into_iter().rev().flat_map(|mail| mail.to).collect();
    assert_eq!(listed, recipients);
}

#[tokio::test]
async fn an_id_leads_to_no_other_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("secret.json"), "{}").unwrap();
    let ses = open(&folder.path().join("ses"));
    for id in ["", "../secret", "/etc/passwd", ".", "0100"] {
        assert_eq!(ses.mail(id).unwrap(), None, "{id}");
    }
}

#[tokio::test]
async fn a_spoiled_file_is_told_without_its_text() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("0100.json"), "{\"id\":\"token-in-it").unwrap();
    let told = open(folder.path()).mails().unwrap_err().to_string();
    assert!(told.contains("0100.json") && !told.contains("token"), "{told}");
}

#[tokio::test]
async fn calls_fail_on_demand_and_a_lost_answer_is_a_sent_mail() {
    let folder = tempfile::tempdir().unwrap();
    let ses = open(folder.path());
    for (kind, status, told) in [
        (FaultKind::TooManyRequestsException, 429, "TooManyRequestsException"),
        (FaultKind::MessageRejected, 400, "MessageRejected"),
        (FaultKind::SendingPausedException, 400, "SendingPausedException"),
        (FaultKind::InternalFailure, 500, "InternalFailure"),
    ] {
        ses.faults().inject(Fault { to: Some("ada@example.com".to_owned()), ..Fault::next(kind) });
        assert_eq!(send(&ses, "bob@example.com").await.status(), StatusCode::OK);
        let refused = send(&ses, "ada@example.com").await;
        assert_eq!((refused.status().as_u16(), code(&refused)), (status, told));
    }
    assert!(ses.mails().unwrap().iter().all(|mail| mail.is_to("bob@example.com")));
    ses.faults().inject(Fault::next(FaultKind::AnswerLost));
    assert_eq!(send(&ses, "ada@example.com").await.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(ses.mails().unwrap()[0].is_to("ada@example.com"));
}

#[tokio::test]
async fn what_is_not_emulated_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let ses = open(folder.path());
    let other = Request::post("/v2/email/outbound-bulk-emails").body(Bytes::new()).unwrap();
    let refused = ses.handle(None, other).await;
    assert_eq!((refused.status(), code(&refused)), (StatusCode::NOT_FOUND, "UnknownOperationException"));
    assert!(body(&refused)["message"].as_str().unwrap().contains("SendEmail"));
    let spoiled = Request::post("/v2/email/outbound-emails").body("{".into()).unwrap();
    let refused = ses.handle(None, spoiled).await;
    assert_eq!((refused.status(), code(&refused)), (StatusCode::BAD_REQUEST, "BadRequestException"));
}

#[tokio::test]
async fn while_it_is_held_no_mail_is_kept_and_once_it_is_closed_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let (ses, linked) = (open(&folder.path().join("ses")), folder.path().join("linked"));
    send(&ses, "ada@example.com").await;
    let held = ses.hold().await;
    let mut sending = pin!(send(&ses, "bob@example.com"));
    let is_held = poll_fn(|context| Poll::Ready(sending.as_mut().poll(context).is_pending())).await;
    fs::create_dir(&linked).unwrap();
    ses.link_mails(&linked).unwrap();
    drop(held);
    assert_eq!((is_held, sending.await.status()), (true, StatusCode::OK));
    assert_eq!((ses.mails().unwrap().len(), open(&linked).mails().unwrap().len()), (2, 1));
    ses.close().await;
    assert_eq!(send(&ses, "ada@example.com").await.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(ses.mails().unwrap().len(), 2);
}
