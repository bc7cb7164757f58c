//! Mails by Amazon SES, without the SDK's client: of its more than a hundred operations one is used.
//!
//! ```no_run
//! use mailer::{Mail, Mailer};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! // `None` where `MAIL_FROM` is empty: nothing is to be sent.
//! if let Some(mailer) = Mailer::from_env()? {
//!     mailer.send(&Mail { to: "ada@example.com", subject: "Welcome", text: "Hello", html: "<p>Hello</p>" }).await?;
//! }
//! # Ok(())
//! # }
//! ```
//!
//! No error of this crate has an address or a part of a mail in it.

use std::time::Duration;

use aws::ATTEMPT_WITHIN;
use aws::api::{Api, ApiError};
use aws::retry::{RetryBudget, retry};
use http::StatusCode;
use serde_json::{Value, json};

/// Time limit of sending one mail, with its retries.
const SEND_WITHIN: Duration = Duration::from_secs(3);

/// Sends mails from one address.
#[derive(Debug, Clone)]
pub struct Mailer {
    api: Api,
    /// The sender's address, which SES has to know as verified.
    from: String,
}

/// A mail to one person.
#[derive(Clone, Copy)]
pub struct Mail<'a> {
    /// The recipient's address. SES takes no other than ASCII characters.
    pub to: &'a str,
    /// The subject line.
    pub subject: &'a str,
    /// The body for programs that show no HTML.
    pub text: &'a str,
    /// The body as HTML.
    pub html: &'a str,
}

/// Why a mail was not sent, or may not have been.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// SES did not answer in time. It may have sent the mail.
    #[error("no answer in time")]
    Timeout,
    /// The request could not be sent, or its answer was lost.
    #[error(transparent)]
    NoAnswer(#[from] ApiError),
    /// SES refused the mail, or failed with a status of 500 or more and may have sent it. Its message is left out, as it may
    /// name addresses.
    #[error("refused: {status} {code}")]
    Refused {
        /// The answer's status.
        status: StatusCode,
        /// The error's name, such as `MessageRejected`.
        code: String,
    },
}

impl Mailer {
    /// Sends from the address that `MAIL_FROM` names; `None` if that is empty.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub fn from_env() -> Result<Option<Self>, aws::ConfigError> {
        let Some(from) = aws::optional("MAIL_FROM") else { return Ok(None) };
        // SES's service id, its host name's beginning, and its name in signatures.
        Ok(Some(Self { api: Api::on_host("sesv2", "email", "ses")?, from }))
    }

    /// Sends from this address through the caller's own API, for tests.
    #[must_use]
    pub fn through(api: Api, from: impl Into<String>) -> Self {
        Self { api, from: from.into() }
    }

    /// Sends a mail. Only what SES is sure not to have sent is tried again.
    ///
    /// # Errors
    /// [`SendError`]
    pub async fn send(&self, mail: &Mail<'_>) -> Result<(), SendError> {
        let request = self.request(mail).to_string();
        let attempt = async |left: Duration| self.call(&request, left.min(ATTEMPT_WITHIN)).await;
        let budget =
            RetryBudget::tries(5).within(SEND_WITHIN).pauses(Duration::from_millis(200), Duration::from_millis(1_000));
        retry(budget, attempt, |outcome| outcome.as_ref().is_err_and(SendError::is_throttling)).await
    }

    /// AWS, "SendEmail" in the Amazon SES API v2 reference. The header keeps programs that answer mails from answering this
    /// one (RFC 3834, section 5).
    fn request(&self, mail: &Mail<'_>) -> Value {
        let content = |data: &str| json!({"Data": data, "Charset": "UTF-8"});
        json!({
            "FromEmailAddress": self.from,
            "Destination": {"ToAddresses": [mail.to]},
            "Content": {"Simple": {
                "Subject": content(mail.subject),
                "Body": {"Text": content(mail.text), "Html": content(mail.html)},
                "Headers": [{"Name": "Auto-Submitted", "Value": "auto-generated"}],
            }},
        })
    }

    async fn call(&self, request: &str, timeout: Duration) -> Result<(), SendError> {
        let headers = [("content-type", "application/json")];
        let answer = self.api.post("/v2/email/outbound-emails", &headers, request.as_bytes());
        let response = tokio::time::timeout(timeout, answer).await.map_err(|_| SendError::Timeout)??;
        if response.status() == StatusCode::OK {
            return Ok(());
        }
        // `MessageRejected:http://…`: a name, and perhaps a namespace (Smithy, "AWS restJson1 protocol").
        let code = response.headers().get("x-amzn-errortype").and_then(|code| code.to_str().ok()).unwrap_or_default();
        let code = code.split(':').next().unwrap_or_default().chars().filter(char::is_ascii_alphanumeric).take(64);
        Err(SendError::Refused { status: response.status(), code: code.collect() })
    }
}

impl SendError {
    /// Whether SES has certainly not sent the mail.
    #[must_use]
    pub fn is_not_sent(&self) -> bool {
        match self {
            Self::Timeout | Self::NoAnswer(ApiError::NoAnswer(_)) => false,
            Self::NoAnswer(ApiError::Request(_) | ApiError::NotConnected(_)) => true,
            Self::Refused { status, .. } => status.is_client_error(),
        }
    }

    /// Whether SES refused the mail for now because of the account's rate. AWS, "Errors related to the sending quotas for
    /// your Amazon SES account".
    fn is_throttling(&self) -> bool {
        matches!(self, Self::Refused { status, code } if *status == StatusCode::TOO_MANY_REQUESTS || code.contains("Throttling"))
    }
}

#[cfg(test)]
mod tests;
