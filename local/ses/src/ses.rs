//! The service: `SendEmail` over HTTP, and the mails that were sent.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use local_snapshots::Gate;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use uuid::Uuid;

use crate::mailbox::Mailbox;
use crate::{Error, FaultKind, Faults, Mail, send_email};

/// What the paths of SES's API v2 begin with.
pub const PATH: &str = "/v2/email/";

/// `SendEmail`'s path.
pub const SEND_EMAIL: &str = "/v2/email/outbound-emails";

const RFC3339: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");

/// The service. Cloning it is cheap and gives the same one.
#[derive(Debug, Clone)]
pub struct Ses {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    mailbox: Mailbox,
    faults: Faults,
    gate: Gate,
}

/// An error as SES answers it: status, code and message.
struct Refused(StatusCode, &'static str, String);

impl Ses {
    /// The service that keeps its mails in `folder`, which is made if it is missing.
    ///
    /// # Errors
    /// [`Error::Io`]
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let (mailbox, faults, gate) = (Mailbox::open(folder)?, Faults::default(), Gate::default());
        Ok(Self { inner: Arc::new(Inner { mailbox, faults, gate }) })
    }

    /// Holds whatever sends a mail until what is given is dropped.
    pub async fn hold(&self) -> local_snapshots::Stopped {
        self.inner.gate.hold().await
    }

    /// Keeps no more mails, once those under way are kept.
    pub async fn close(&self) {
        self.inner.gate.close().await;
    }

    /// Puts all mails into another folder too.
    ///
    /// # Errors
    /// [`Error::Io`], or [`Error::Snapshot`]
    pub fn link_mails(&self, folder: &Path) -> Result<(), Error> {
        self.inner.mailbox.link(folder)
    }

    /// All mails that were sent, newest first.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Unreadable`]
    pub fn mails(&self) -> Result<Vec<Mail>, Error> {
        self.inner.mailbox.mails()
    }

    /// The mail of this id.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Unreadable`]
    pub fn mail(&self, id: &str) -> Result<Option<Mail>, Error> {
        self.inner.mailbox.mail(id)
    }

    /// Failures injected for the next calls.
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// Answers one HTTP request of SES's API v2. `caller` is who signed it.
    pub async fn handle(&self, caller: Option<&str>, request: Request<Bytes>) -> Response<Bytes> {
        let (status, body, error) = match self.send(caller, &request).await {
            Ok(id) => (StatusCode::OK, json!({"MessageId": id}), None),
            Err(Refused(status, code, message)) => (status, json!({"message": message}), Some(code)),
        };
        respond(status, &body, error)
    }

    /// Sends a mail; gives its id.
    async fn send(&self, caller: Option<&str>, request: &Request<Bytes>) -> Result<String, Refused> {
        if (request.method(), request.uri().path()) != (&Method::POST, SEND_EMAIL) {
            let message = "Of Amazon SES, SendEmail alone is emulated on one machine.".to_owned();
            return Err(Refused(StatusCode::NOT_FOUND, "UnknownOperationException", message));
        }
        let mail = send_email::read(request.body(), caller);
        let mail =
            mail.map_err(|refused| Refused(StatusCode::BAD_REQUEST, "BadRequestException", refused.to_string()))?;
        let fault = self.inner.faults.take(caller, |address| mail.is_to(address));
        if let Some(kind) = fault
            && kind != FaultKind::AnswerLost
        {
            return Err(kind.into());
        }
        let id = self.keep(mail).await.map_err(|error| {
            tracing::error!(%error, "a mail was not kept");
            Refused::from(FaultKind::InternalFailure)
        })?;
        match fault {
            None => Ok(id),
            Some(kind) => Err(kind.into()),
        }
    }

    async fn keep(&self, mail: Mail) -> Result<String, Error> {
        let inner = Arc::clone(&self.inner);
        let now = OffsetDateTime::now_utc();
        let milliseconds = now.unix_timestamp_nanos() / 1_000_000;
        let id = format!("0100{milliseconds:012x}-{}-000000", Uuid::now_v7());
        let sent_at = now.format(RFC3339).unwrap_or_default();
        let mail = Mail { id: id.clone(), sent_at, ..mail };
        let pass = inner.gate.pass().await.ok_or(Error::Stopped)?;
        let keep = move || {
            let _pass = pass;
            inner.mailbox.keep(&mail)
        };
        // Files block: off the async workers.
        let kept = tokio::task::spawn_blocking(keep).await;
        kept.map_err(|_| Error::Stopped)??;
        Ok(id)
    }
}

impl From<FaultKind> for Refused {
    fn from(kind: FaultKind) -> Self {
        let (status, code, message) = kind.answer();
        Self(status, code, message.to_owned())
    }
}

fn respond(status: StatusCode, body: &Value, error: Option<&'static str>) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(code) = error {
        headers.insert("x-amzn-errortype", HeaderValue::from_static(code));
    }
    if let Ok(id) = HeaderValue::try_from(Uuid::now_v7().to_string()) {
        headers.insert("x-amzn-requestid", id);
    }
    response
}
