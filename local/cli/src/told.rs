//! A call of an AWS service in the stories: of the invocation that makes it, or of a story of its own.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Request, Response};
use local_iam::Refusal;
use local_lambda::api::{self, RequestId};
use local_stories::{Call, Kind, Open, Outcome, Span, StoryKind};

use crate::stack::Stack;

// A name that is known is compared; a text would be read as a name first, for each call.
static TARGET: HeaderName = HeaderName::from_static("x-amz-target");
static INVOCATION_ID: HeaderName = HeaderName::from_static("amz-sdk-invocation-id");
static TRIES: HeaderName = HeaderName::from_static("amz-sdk-request");
static FUNCTION_ERROR: HeaderName = HeaderName::from_static("x-amz-function-error");

/// A call of an AWS service, while it is made.
pub struct Told {
    /// The story that it begins, if somebody outside makes it.
    story: Option<(Call, RequestId)>,
    entry: Open,
    is_invoke: bool,
}

/// A service's call by its kind and action.
struct Action<'a> {
    kind: Kind,
    name: &'a str,
}

impl Told {
    /// Opens an entry for a request: at `span` if a function makes it, else in a new story if it changes something.
    pub fn new(stack: &Stack, is_function: bool, span: &Span, request: &Request<Bytes>) -> Self {
        let Some(action) = Action::of(request) else { return Self::untold() };
        let is_invoke = action.kind == Kind::Invoke;
        if !is_function {
            if !stack.stories.is_on() || !(is_invoke || action.changes_something()) {
                return Self::untold();
            }
            let id = RequestId::random();
            let title = || title(&action, request);
            let call = stack.stories.begin(StoryKind::Operator, &id.0, title);
            // An operator's invocation is the root of its story.
            let entry = if is_invoke { Open::default() } else { opened(call.span(), action.kind, &action, request) };
            return Self { story: Some((call, id)), entry, is_invoke };
        }
        Self { story: None, entry: opened(span, action.kind, &action, request), is_invoke }
    }

    fn untold() -> Self {
        Self { story: None, entry: Open::default(), is_invoke: false }
    }

    /// The request, with what the services need to go on with the story.
    pub fn mark(&self, mut request: Request<Bytes>) -> Request<Bytes> {
        let extensions = request.extensions_mut();
        match &self.story {
            Some((call, id)) if self.is_invoke => {
                extensions.insert(call.span().clone());
                extensions.insert(id.clone());
            }
            _ if self.entry.span().is_recorded() => {
                extensions.insert(self.entry.span().clone());
            }
            _ => {}
        }
        request
    }

    /// Adds a call that the function's role does not allow.
    pub fn denied(span: &Span, request: &Request<Bytes>, Refusal { access, response }: &Refusal) {
        if let Some(action) = Action::of(request) {
            let entry = span.child(Kind::Denied, action.name);
            // Before the request: by the service it is known what of that may be shown.
            entry.span().note("service", action.kind.name());
            entry.span().note("action", access.action.as_str());
            entry.span().note("resource", access.resource.as_str());
            asked(entry.span(), request);
            entry.span().response(response.body());
            entry.finish(Outcome::Denied);
        }
    }

    /// The call was answered.
    pub fn end(self, response: &Response<Bytes>) {
        let status = response.status();
        let has_failed = status.is_client_error() || status.is_server_error();
        let is_functions_error = response.headers().contains_key(&FUNCTION_ERROR);
        let span = self.entry.span();
        if span.is_recorded() {
            span.note("status", status.as_u16());
            span.response(response.body());
        }
        let has_failed = has_failed || is_functions_error;
        self.entry.finish(if has_failed { Outcome::Error } else { Outcome::Ok });
        if let Some((call, _)) = self.story {
            call.finish(Some(status.as_u16()), has_failed);
        }
    }
}

impl<'a> Action<'a> {
    fn of(request: &'a Request<Bytes>) -> Option<Self> {
        // First, whatever the path: some SDKs send to a queue's URL.
        if let Some(action) = header(request.headers(), &TARGET).and_then(Self::of_target) {
            return Some(action);
        }
        if request.uri().path().starts_with(local_ses::PATH) {
            return Some(Self { kind: Kind::Mail, name: "SendEmail" });
        }
        api::target(request.uri()).map(|_| Self { kind: Kind::Invoke, name: "Invoke" })
    }

    fn of_target(target: &'a str) -> Option<Self> {
        let (service, name) = target.split_once('.')?;
        let kind = match service.split('_').next()? {
            "DynamoDB" | "DynamoDBStreams" => Kind::Table,
            "AmazonSQS" => Kind::Queue,
            "secretsmanager" => Kind::Secret,
            _ => return None,
        };
        Some(Self { kind, name })
    }

    /// Whether it leaves something behind. What only looks would push other stories out.
    fn changes_something(&self) -> bool {
        const LOOKS: [&str; 9] =
            ["Get", "BatchGet", "TransactGet", "Describe", "List", "Query", "Scan", "Receive", "SearchVectors"];
        !LOOKS.iter().any(|look| self.name.starts_with(look))
    }
}

fn opened(span: &Span, kind: Kind, action: &Action<'_>, request: &Request<Bytes>) -> Open {
    let entry = span.child(kind, action.name);
    asked(entry.span(), request);
    entry
}

/// Adds what was asked.
fn asked(span: &Span, request: &Request<Bytes>) {
    if !span.is_recorded() {
        return;
    }
    span.request(request.body());
    if let Some(function) = api::target(request.uri()) {
        span.note("function", function.0);
    }
    // The same for each try of a call, and which try this is.
    if let Some(id) = header(request.headers(), &INVOCATION_ID) {
        span.note("sdkInvocationId", id);
    }
    let attempt = header(request.headers(), &TRIES)
        .and_then(|tries| tries.split(';').find_map(|part| part.trim().strip_prefix("attempt=")?.parse::<u32>().ok()));
    if let Some(attempt) = attempt {
        span.note("attempt", attempt);
    }
}

fn title(action: &Action<'_>, request: &Request<Bytes>) -> String {
    match api::target(request.uri()) {
        Some((function, _)) => format!("{} {function}", action.name),
        None => action.name.to_owned(),
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use local_iam::Access;
    use local_stories::{Limits, Recorder, Tables};
    use serde_json::json;

    use super::*;

    #[test]
    fn a_denied_call_says_which_action_on_which_resource() {
        let stories = Recorder::new(Limits::default(), Tables::new());
        let call = stories.begin(StoryKind::Api, "request-1", || "GET /things".to_owned());
        let request = Request::post("/").header("x-amz-target", "DynamoDB_20120810.GetItem");
        let access = Access::new("dynamodb:GetItem", "arn:aws:dynamodb:us-east-1:000000000000:table/Things");
        let refusal = Refusal { access, response: Response::new(Bytes::new()) };
        Told::denied(call.span(), &request.body(Bytes::new()).unwrap(), &refusal);
        let details = &stories.story("request-1").unwrap()["entries"][0]["details"];
        assert_eq!(details["action"], json!("dynamodb:GetItem"));
        assert_eq!(details["resource"], json!(refusal.access.resource));
    }
}
