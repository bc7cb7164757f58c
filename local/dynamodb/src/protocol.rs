//! The DynamoDB JSON 1.0 protocol: an operation named in a header, JSON in, JSON out.

use std::collections::BTreeMap;

use bytes::Bytes;
use dynoxide::DynoxideError;
use dynoxide::errors::CancellationReason;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use local_stories::Span;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;

use crate::faults::FaultKind;
use crate::refusal::Refusal;

const TARGETS: [&str; 2] = ["DynamoDB_20120810.", "DynamoDBStreams_20120810."];
const CONTENT: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.0");

/// A request, as far as it is read before dynoxide reads it.
#[derive(Debug)]
pub(crate) struct Call {
    pub operation: String,
    pub body: String,
    /// The tables it names, each once. None for PartiQL.
    pub tables: Vec<String>,
    /// The call's place in its stories.
    pub span: Span,
    /// Actions of a transaction, for the reasons of a cancelled one.
    pub actions: usize,
}

/// Why a request is not a DynamoDB call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotACall {
    NotAPost,
    UnknownOperation,
    NotJson,
}

impl Call {
    /// Reads a request. Whether there is such an operation is left to who makes the call.
    pub(crate) fn read(request: Request<Bytes>) -> Result<Self, NotACall> {
        let (mut parts, body) = request.into_parts();
        let span = parts.extensions.remove::<Span>().unwrap_or_default();
        if parts.method != Method::POST {
            return Err(NotACall::NotAPost);
        }
        let operation = operation(&parts.headers).ok_or(NotACall::UnknownOperation)?;
        let body = String::from_utf8(body.into()).map_err(|_| NotACall::NotJson)?;
        let named: Named = match serde_json::from_str(&body) {
            Ok(named) => named,
            // A member of the wrong type is left to dynoxide, which words the refusal as DynamoDB does.
            Err(error) if error.is_data() => Named::default(),
            Err(_) => return Err(NotACall::NotJson),
        };
        let actions = named.transact_items.as_ref().map_or(0, Vec::len);
        Ok(Self { operation, body, tables: named.tables(), span, actions })
    }
}

impl NotACall {
    pub(crate) fn response(self) -> Response<Bytes> {
        match self {
            Self::NotAPost => respond(StatusCode::NOT_FOUND, "<UnknownOperationException/>\n".to_owned()),
            Self::UnknownOperation => refuse("com.amazon.coral.service#UnknownOperationException", None),
            Self::NotJson => refuse("com.amazon.coral.service#SerializationException", None),
        }
    }
}

fn operation(headers: &HeaderMap) -> Option<String> {
    let target = headers.get("x-amz-target")?.to_str().ok()?;
    TARGETS.iter().find_map(|prefix| target.strip_prefix(prefix)).map(str::to_owned)
}

/// Where requests name tables.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    table_name: Option<String>,
    request_items: Option<BTreeMap<String, IgnoredAny>>,
    transact_items: Option<Vec<BTreeMap<String, OneTable>>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OneTable {
    table_name: Option<String>,
}

impl Named {
    fn tables(self) -> Vec<String> {
        let transacted = self.transact_items.into_iter().flatten().flat_map(BTreeMap::into_values);
        let mut tables: Vec<String> = transacted
            .filter_map(|action| action.table_name)
            .chain(self.table_name)
            .chain(self.request_items.into_iter().flat_map(BTreeMap::into_keys))
            // A table may be named by its ARN: arn:aws:dynamodb:region:account:table/name.
            .map(|name| name.rsplit('/').next().unwrap_or_default().to_owned())
            .collect();
        tables.sort_unstable();
        tables.dedup();
        tables
    }
}

/// A JSON response with DynamoDB's headers. It has no CORS header, so that no web page can read it.
pub(crate) fn respond(status: StatusCode, body: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, CONTENT);
    let id = uuid::Uuid::now_v7().simple().to_string().to_ascii_uppercase();
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert("x-amzn-requestid", id);
    }
    response
}

/// The response to a call that fails.
pub(crate) fn refused(refusal: &Refusal) -> Response<Bytes> {
    let kind = match refusal {
        Refusal::Engine(error) => return failed(error),
        Refusal::TrimmedDataAccess => "TrimmedDataAccessException",
        Refusal::ExpiredIterator => "ExpiredIteratorException",
        Refusal::TableNotFound(_) => "TableNotFoundException",
    };
    refuse(&format!("com.amazonaws.dynamodb.v20120810#{kind}"), Some(&refusal.to_string()))
}

/// dynoxide's error, as DynamoDB words it.
fn failed(error: &DynoxideError) -> Response<Bytes> {
    let status = StatusCode::from_u16(error.status_code()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    respond(status, error.to_json())
}

/// The response to a call of an operation that is not emulated, or that DynamoDB does not have.
pub(crate) fn not_emulated(operation: &str) -> Response<Bytes> {
    let operation: String = operation.chars().take(100).collect();
    let message = format!("{operation} of DynamoDB is not emulated on one machine");
    refuse("com.amazon.coral.service#UnknownOperationException", Some(&message))
}

/// The 500 of a call that was lost.
pub(crate) fn internal_error() -> Response<Bytes> {
    failed(&DynoxideError::InternalServerError("The request processing has failed.".to_owned()))
}

/// The response to a call that was made to fail.
pub(crate) fn faulted(kind: FaultKind, call: &Call) -> Response<Bytes> {
    match kind {
        FaultKind::ThrottlingException => refuse(
            "com.amazon.coral.availability#ThrottlingException",
            Some("Rate of requests exceeds the allowed throughput."),
        ),
        FaultKind::ProvisionedThroughputExceededException => {
            failed(&DynoxideError::ProvisionedThroughputExceededException(
                "The level of configured provisioned throughput for the table was exceeded. Consider increasing your \
                 provisioning level with the UpdateTable API."
                    .to_owned(),
            ))
        }
        FaultKind::TransactionConflict if call.operation.starts_with("Transact") => conflict(call.actions),
        FaultKind::TransactionConflict => refuse(
            "com.amazonaws.dynamodb.v20120810#TransactionConflictException",
            Some("Transaction is ongoing for the item"),
        ),
        FaultKind::InternalServerError | FaultKind::AnswerLost => internal_error(),
    }
}

/// A transaction cancelled because another holds its first item.
fn conflict(actions: usize) -> Response<Bytes> {
    let reasons: Vec<CancellationReason> = (0..actions.max(1))
        .map(|action| {
            let (code, message) = match action {
                0 => ("TransactionConflict", Some("Transaction is ongoing for the item".to_owned())),
                _ => ("None", None),
            };
            CancellationReason { code: code.to_owned(), message, item: None }
        })
        .collect();
    let codes: Vec<&str> = reasons.iter().map(|reason| reason.code.as_str()).collect();
    let message =
        format!("Transaction cancelled, please refer cancellation reasons for specific reasons [{}]", codes.join(", "));
    failed(&DynoxideError::TransactionCanceledException(message, reasons))
}

fn refuse(kind: &str, message: Option<&str>) -> Response<Bytes> {
    let mut body = json!({ "__type": kind });
    if let Some(message) = message {
        body["message"] = message.into();
    }
    respond(StatusCode::BAD_REQUEST, body.to_string())
}
