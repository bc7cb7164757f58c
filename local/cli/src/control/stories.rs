//! The controls under `/_local/stories`: what the calls from outside caused.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use local_lambda::api::RequestId;
use local_stories::{Filter, Recorder, StoryKind};
use serde_json::{Map, Value, json};

use super::Failure;
use crate::stack::Stack;

/// The longest wait for news, in seconds.
const LONGEST_WAIT: u64 = 20;

/// Answers a request below `/_local/stories`.
pub async fn control(stack: &Stack, request: &Request<Bytes>, path: &[&str]) -> Result<Value, Failure> {
    match (request.method(), path) {
        (&Method::GET, []) => list(stack, request.uri().query().unwrap_or_default()).await,
        (&Method::GET, [id]) => {
            stack.stories.story(id).ok_or_else(|| (StatusCode::NOT_FOUND, format!("no story of {id} is kept")))
        }
        (&Method::POST, [id, "entries", entry, "replay"]) => replay(stack, request, id, entry),
        _ => Err((StatusCode::NOT_FOUND, "no such control".to_owned())),
    }
}

/// Makes an invocation again, with its event or the one in the request's body, and gives the id of the new story. It does
/// not wait for the function.
fn replay(stack: &Stack, request: &Request<Bytes>, story: &str, entry: &str) -> Result<Value, Failure> {
    let unknown = || (StatusCode::NOT_FOUND, format!("no invocation {entry} of a story {story} is kept"));
    let entry = entry.parse().map_err(|_| unknown())?;
    let (function, event) = stack.stories.invocation(story, entry).ok_or_else(unknown)?;
    if !stack.system.functions.values().any(|known| known.name == function) {
        return Err((StatusCode::NOT_FOUND, format!("no function {function}")));
    }
    let event = match (edited(request.body())?, event) {
        (Some(edited), Some(event)) => Bytes::from(Recorder::edited(&event, edited).to_string()),
        (Some(edited), None) => Bytes::from(edited.to_string()),
        (None, Some(event)) => event,
        (None, None) => {
            let why = "only the beginning of the event was kept: send another as {\"event\": …}";
            return Err((StatusCode::CONFLICT, why.to_owned()));
        }
    };
    let RequestId(id) = RequestId::random();
    let call = stack.stories.begin(StoryKind::Operator, &id, || format!("Replay {function}"));
    stack.lambda.start(call, function, event);
    Ok(json!({ "story": id }))
}

/// The event in a body `{"event": …}`; a body without one may be empty.
fn edited(body: &[u8]) -> Result<Option<Value>, Failure> {
    if body.is_empty() {
        return Ok(None);
    }
    let wrong = |why: String| (StatusCode::BAD_REQUEST, why);
    let mut members: Map<String, Value> = serde_json::from_slice(body).map_err(|error| wrong(error.to_string()))?;
    let event = members.remove("event");
    match members.keys().next() {
        Some(other) => Err(wrong(format!("unknown member {other}: only event is known"))),
        None => Ok(event),
    }
}

/// The stories that changed after the change `after`. With `wait`, in seconds, it waits for the first one.
async fn list(stack: &Stack, query: &str) -> Result<Value, Failure> {
    let (mut filter, mut wait) = (Filter::default(), 0);
    for (name, value) in form_urlencoded(query) {
        let number = || value.parse::<u64>().map_err(|_| (StatusCode::BAD_REQUEST, format!("{name} is a number")));
        match name.as_str() {
            "after" => filter.after = number()?,
            "wait" => wait = number()?.min(LONGEST_WAIT),
            "kind" => filter.kind = Some(value).filter(|kind| !kind.is_empty()),
            "q" => filter.text = Some(value).filter(|text| !text.is_empty()),
            _ => return Err((StatusCode::BAD_REQUEST, format!("no such parameter: {name}"))),
        }
    }
    if wait > 0 {
        stack.stories.changed(filter.after, Duration::from_secs(wait)).await;
    }
    Ok(stack.stories.list(&filter))
}

/// The parameters of a query.
fn form_urlencoded(query: &str) -> Vec<(String, String)> {
    // A URL of any host, for its parser.
    let url = reqwest::Url::parse(&format!("http://localhost/?{query}"));
    url.map_or_else(|_| Vec::new(), |url| url.query_pairs().into_owned().collect())
}
