//! The stack's AWS side, called as an SDK calls it.

use serde_json::Value;

use crate::request::Request;
use crate::stack::Stack;

/// A Signature Version 4 as far as the stack looks at it.
const SIGNATURE: &str = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/any/aws4_request, \
                         SignedHeaders=host, Signature=none";

/// A key that tokens are signed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKey {
    /// The secret's version, which tokens name as `kid`.
    pub id: String,
    /// The secret.
    pub secret: Vec<u8>,
}

impl Stack {
    /// A call of an AWS service, not sent yet: `DynamoDB_20120810.ListTables`.
    pub fn aws(&self, target: &str, input: Value) -> Request<'_> {
        self.post("/").json(input).header("x-amz-target", target).header("authorization", SIGNATURE)
    }

    /// Invokes a function, as another function would, and gives what it answers.
    pub async fn invoke(&self, function: &str, payload: Value) -> Value {
        let request = self.post(&format!("/2015-03-31/functions/{function}/invocations")).json(payload);
        let answer = request.header("authorization", SIGNATURE).send().await;
        assert_eq!((answer.status.as_u16(), answer.header("x-amz-function-error")), (200, ""), "{answer}");
        answer.body
    }

    /// Puts a message on a queue.
    pub async fn put_on(&self, queue: &str, body: &str) {
        let input = serde_json::json!({"QueueUrl": format!("http://sqs/000000000000/{queue}"), "MessageBody": body});
        let answer = self.aws("AmazonSQS.SendMessage", input).send().await;
        assert_eq!(answer.status, 200, "{answer}");
    }

    /// A secret's value at a stage, as the functions that sign and verify read it.
    pub async fn signing_key(&self) -> SigningKey {
        let input = serde_json::json!({"SecretId": "JwtSecret"});
        let answer = self.aws("secretsmanager.GetSecretValue", input).send().await;
        assert_eq!(answer.status, 200, "{answer}");
        let text = |name: &str| answer.body[name].as_str().unwrap().to_owned();
        SigningKey { id: text("VersionId"), secret: text("SecretString").into_bytes() }
    }

    /// Gives the signing secret a new version.
    pub async fn rotate_signing_key(&self) -> SigningKey {
        self.control(http::Method::POST, "secrets/JwtSecret/rotate").await;
        self.signing_key().await
    }
}
