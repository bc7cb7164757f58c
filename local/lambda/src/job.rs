//! One invocation on its way through the stack, and what passes between an instance and the Runtime API.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use local_stories::{Kind, Open, Outcome as Ended, Span};
use tokio::sync::oneshot;

use crate::{Invocation, InvokeError};

/// What a caller asks for.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub request_id: String,
    pub payload: Bytes,
    /// The X-Ray header, the caller's or a new one.
    pub trace_id: String,
    /// `X-Amz-Client-Context`, decoded.
    pub client_context: Option<String>,
    /// Whether the caller wants the last log lines.
    pub tail: bool,
    /// The place of the call in its stories.
    pub span: Span,
}

impl Request {
    pub fn new(payload: Bytes) -> Self {
        Self {
            request_id: new_request_id(),
            payload,
            trace_id: new_trace_id(),
            client_context: None,
            tail: false,
            span: Span::default(),
        }
    }
}

/// A request on its way to an instance, with the way back to its caller.
pub(crate) struct Job {
    pub request: Request,
    caller: oneshot::Sender<Reply>,
    /// The invocation in the call's stories.
    entry: Open,
}

/// The caller's side of a job.
pub(crate) struct Pending(oneshot::Receiver<Reply>);

/// What the caller of an invocation gets.
pub(crate) type Reply = Result<Outcome, InvokeError>;

impl Job {
    pub fn new(function: &str, request: Request) -> (Self, Pending) {
        let (caller, pending) = oneshot::channel();
        let entry = request.span.child(Kind::Invocation, function);
        let span = entry.span();
        if span.is_recorded() {
            span.request_id(&request.request_id);
            // The caller may have chosen it.
            span.called(trace_root(&request.trace_id));
            span.note("requestId", request.request_id.as_str());
            span.request(&request.payload);
        }
        (Self { request, caller, entry }, Pending(pending))
    }

    /// The invocation's place in its stories.
    pub fn span(&self) -> &Span {
        self.entry.span()
    }

    /// Replies to the caller, who may have gone: the invocation has run to its end all the same.
    pub fn reply(self, reply: Reply) {
        let Self { caller, entry, .. } = self;
        let ended = match &reply {
            Ok(outcome) => {
                entry.span().response(&outcome.invocation.payload);
                if outcome.invocation.function_error.is_some() { Ended::Error } else { Ended::Ok }
            }
            Err(error) => {
                entry.span().note("error", error.to_string());
                Ended::Error
            }
        };
        // First of all, so that whoever has the reply finds the entry complete.
        entry.finish(ended);
        let _ = caller.send(reply);
    }
}

impl Pending {
    /// Waits for the end of the invocation.
    pub async fn reply(self) -> Reply {
        self.0.await.unwrap_or_else(|_| Err(InvokeError::Unavailable("its instance is lost".to_owned())))
    }
}

/// The end of an invocation.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub invocation: Invocation,
    /// The last 4 KB of its log, if asked for.
    pub log_tail: Option<String>,
}

/// What comes into an instance, from the pool and from its own process. One queue, so that nothing overtakes.
pub(crate) enum Message {
    /// The pool has an invocation for it, which it took out of the idle ones for that.
    Job(Job),
    /// The process polls for its next event; dropping the sender refuses.
    Next(oneshot::Sender<Delivery>),
    /// The process responded to the invocation of this id.
    Response { request_id: String, response: FunctionResponse, accepted: oneshot::Sender<bool> },
    /// The process can't start.
    InitError { error_type: String, body: Bytes, accepted: oneshot::Sender<bool> },
    /// End once idle: it was replaced, or the stack shuts down.
    Stop,
    /// End at once.
    Kill,
}

/// What `invocation/next` returns: an event, and the headers that come with it.
pub(crate) struct Delivery {
    pub request_id: String,
    pub payload: Bytes,
    pub trace_id: String,
    pub client_context: Option<String>,
    pub function_arn: String,
    pub deadline_ms: u128,
}

impl Delivery {
    pub fn new(request: &Request, function_arn: &str, timeout: Duration) -> Self {
        let deadline = SystemTime::now() + timeout;
        Self {
            request_id: request.request_id.clone(),
            payload: request.payload.clone(),
            trace_id: request.trace_id.clone(),
            client_context: request.client_context.clone(),
            function_arn: function_arn.to_owned(),
            deadline_ms: deadline.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis(),
        }
    }
}

/// What a process posted for an invocation, to `response` or to `error`.
pub(crate) enum FunctionResponse {
    Success(Bytes),
    Error(Bytes),
    /// A response over the limit, which was read and thrown away.
    TooLarge,
}

/// A random (version 4) UUID, as AWS's request ids are.
pub(crate) fn new_request_id() -> String {
    uuid::Builder::from_random_bytes(rand::random()).into_uuid().to_string()
}

/// The trace of an X-Ray header.
fn trace_root(header: &str) -> &str {
    header.split(';').find_map(|part| part.trim().strip_prefix("Root=")).unwrap_or_default()
}

/// A trace of its own, not sampled. Form: "AWS X-Ray concepts, tracing header".
pub(crate) fn new_trace_id() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let unique = rand::random::<u128>() >> 32;
    let parent = rand::random::<u64>();
    format!("Root=1-{seconds:08x}-{unique:024x};Parent={parent:016x};Sampled=0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_id_has_the_form_of_an_x_ray_header() {
        let trace = new_trace_id();
        let parts: Vec<_> = trace.split([';', '=', '-']).collect();
        let [root, version, seconds, unique, parent, parent_id, sampled, flag] = parts.as_slice() else {
            panic!("{trace}")
        };
        assert_eq!([root, version, parent, sampled, flag], [&"Root", &"1", &"Parent", &"Sampled", &"0"]);
        assert_eq!([seconds.len(), unique.len(), parent_id.len()], [8, 24, 16]);
    }
}
