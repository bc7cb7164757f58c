//! The stack's AWS side, called as an SDK calls it.

use http::Method;
use serde_json::{Value, json};

use crate::request::Request;
use crate::stack::Stack;

/// A key that tokens are signed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKey {
    /// The secret's version, which tokens name as `kid`.
    pub id: String,
    /// The secret.
    pub secret: Vec<u8>,
}

/// A Signature Version 4 as far as local engines look at it: for which service it is.
fn signature(service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=none"
    )
}

impl Stack {
    /// A call of an AWS service, not sent yet: `DynamoDB_20120810.ListTables`.
    pub fn aws(&self, target: &str, input: Value) -> Request<'_> {
        let (service, media_type) = match target.split_once('.') {
            Some(("secretsmanager", _)) => ("secretsmanager", "application/x-amz-json-1.1"),
            Some(("AmazonSQS", _)) => ("sqs", "application/x-amz-json-1.0"),
            _ => ("dynamodb", "application/x-amz-json-1.0"),
        };
        let request = self.aws_request(Method::POST, "/").header("content-type", media_type).body(input.to_string());
        request.header("x-amz-target", target).header("authorization", signature(service))
    }

    /// Invokes a function, as another function would, and gives what it answers.
    pub async fn invoke(&self, function: &str, payload: Value) -> Value {
        let path = format!("/2015-03-31/functions/{function}/invocations");
        let request = self.aws_request(Method::POST, &path).json(payload).header("authorization", signature("lambda"));
        let answer = request.send().await;
        assert_eq!((answer.status.as_u16(), answer.header("x-amz-function-error")), (200, ""), "{answer}");
        answer.body
    }

    /// Puts a message on a queue.
    pub async fn put_on(&self, queue: &str, body: &str) {
        self.send_to(&format!("http://sqs/000000000000/{queue}"), body).await;
    }

    /// Tells the notification service of an event.
    pub async fn notify(&self, body: &str) {
        match self.names() {
            None => self.put_on("NotificationsQueue", body).await,
            Some(names) => self.send_to(&names.notifications_queue, body).await,
        }
    }

    async fn send_to(&self, url: &str, body: &str) {
        let answer = self.aws("AmazonSQS.SendMessage", json!({"QueueUrl": url, "MessageBody": body})).send().await;
        assert_eq!(answer.status, 200, "{answer}");
    }

    /// The key that tokens are signed with now, as the functions that sign and verify read it.
    pub async fn signing_key(&self) -> SigningKey {
        let id = self.names().map_or("JwtSecret", |names| &names.secret);
        let answer = self.aws("secretsmanager.GetSecretValue", json!({"SecretId": id})).send().await;
        assert_eq!(answer.status, 200, "{answer}");
        let text = |name: &str| answer.body[name].as_str().unwrap().to_owned();
        SigningKey { id: text("VersionId"), secret: text("SecretString").into_bytes() }
    }

    /// Gives the signing secret a new version.
    pub async fn rotate_signing_key(&self) -> SigningKey {
        self.control(Method::POST, "secrets/JwtSecret/rotate").await;
        self.signing_key().await
    }
}
