use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;

use super::*;

/// Answers with these statuses and errors, one after the other, and keeps the requests. 0 breaks the connection.
#[derive(Debug, Clone, Default)]
struct FakeSes {
    answers: Arc<Mutex<VecDeque<(u16, &'static str)>>>,
    requests: Arc<Mutex<Vec<Value>>>,
}

impl HttpConnector for FakeSes {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        assert!(request.uri().ends_with("/v2/email/outbound-emails"), "{}", request.uri());
        assert!(request.headers().get("authorization").unwrap().contains("/ses/aws4_request"));
        self.requests.lock().unwrap().push(serde_json::from_slice(request.body().bytes().unwrap()).unwrap());
        let (status, code) = self.answers.lock().unwrap().pop_front().unwrap();
        if status == 0 {
            return HttpConnectorFuture::ready(Err(ConnectorError::io("reset".into())));
        }
        let mut response =
            HttpResponse::new(status.try_into().unwrap(), SdkBody::from(r#"{"message":"ada@example.com"}"#));
        response.headers_mut().insert("x-amzn-errortype", code);
        HttpConnectorFuture::ready(Ok(response))
    }
}

async fn send(answers: &[(u16, &'static str)]) -> (Result<(), SendError>, FakeSes) {
    let ses = FakeSes { answers: Arc::new(Mutex::new(answers.iter().copied().collect())), ..FakeSes::default() };
    let api = Api::through(SharedHttpConnector::new(ses.clone()), "ses");
    let mail = Mail { to: "ada@example.com", subject: "Grüße", text: "hello", html: "<p>hello</p>" };
    (Mailer::through(api, "shop@example.com").send(&mail).await, ses)
}

#[tokio::test]
async fn a_mail_is_sent_as_text_and_html() {
    let (sent, ses) = send(&[(200, "")]).await;
    sent.unwrap();
    let request = ses.requests.lock().unwrap().remove(0);
    assert_eq!(request["FromEmailAddress"], "shop@example.com");
    assert_eq!(request["Destination"], json!({"ToAddresses": ["ada@example.com"]}));
    let simple = &request["Content"]["Simple"];
    assert_eq!(simple["Subject"], json!({"Data": "Grüße", "Charset": "UTF-8"}));
    assert_eq!(
        (&simple["Body"]["Text"]["Data"], &simple["Body"]["Html"]["Data"]),
        (&json!("hello"), &json!("<p>hello</p>"))
    );
}

#[tokio::test]
async fn throttling_is_tried_again() {
    let (sent, ses) = send(&[(429, "TooManyRequestsException"), (400, "ThrottlingException"), (200, "")]).await;
    sent.unwrap();
    assert_eq!(ses.requests.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn what_may_have_been_sent_is_not_tried_again() {
    for answer in [(500, "InternalFailure"), (0, "")] {
        let (sent, ses) = send(&[answer]).await;
        assert!(sent.is_err());
        assert_eq!(ses.requests.lock().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_refusal_is_told_by_its_name_and_without_the_address() {
    let (sent, _) = send(&[(400, "MessageRejected:http://internal.amazon.com/")]).await;
    let told = sent.unwrap_err().to_string();
    assert_eq!(told, "refused: 400 Bad Request MessageRejected");
}
