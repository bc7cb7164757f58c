//! The controls under `/_local/stories`: what the calls from outside caused.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode};
use local_lambda::api::RequestId;
use local_stories::{Filter, Recorder, StoryKind};
use serde_json::{Map, Value, json};

use super::Failure;
use super::look::look;
use crate::stack::Stack;

/// The longest text that is searched for, in bytes.
const LONGEST_TEXT: usize = 200;

/// The longest wait for news, in seconds.
const LONGEST_WAIT: u64 = 20;

/// Why nothing is there.
const NOT_RECORDED: &str = "no stories are recorded (--no-stories)";

/// The story of an id, as JSON.
pub async fn story(stories: &Recorder, id: &str) -> Result<String, Failure> {
    if !stories.is_on() {
        return Err((StatusCode::NOT_FOUND, NOT_RECORDED.to_owned()));
    }
    let (stories, id) = (stories.clone(), id.to_owned());
    look(move || {
        let story = stories.story(&id).ok_or_else(|| (StatusCode::NOT_FOUND, format!("no story of {id} is kept")))?;
        Ok(story.to_string())
    })
    .await
}

/// Makes an invocation again, with its event or the one in the request's body, and gives the id of the new story. It does
/// not wait for the function.
pub fn replay(stack: &Stack, request: &Request<Bytes>, story: &str, entry: &str) -> Result<Value, Failure> {
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
pub async fn list(stories: &Recorder, query: &str) -> Result<String, Failure> {
    let (mut filter, mut wait) = (Filter::default(), 0);
    for (name, value) in form_urlencoded(query) {
        let number = || value.parse::<u64>().map_err(|_| (StatusCode::BAD_REQUEST, format!("{name} is a number")));
        match name.as_str() {
            "after" => filter.after = number()?,
            "wait" => wait = number()?.min(LONGEST_WAIT),
            "kind" if value.is_empty() => {}
            "kind" => filter.kind = Some(kind(&value)?),
            "q" if value.len() > LONGEST_TEXT => {
                return Err((StatusCode::BAD_REQUEST, format!("q has {LONGEST_TEXT} bytes at most")));
            }
            "q" => filter.text = Some(value).filter(|text| !text.is_empty()),
            _ => return Err((StatusCode::BAD_REQUEST, format!("no such parameter: {name}"))),
        }
    }
    if !stories.is_on() {
        // At once: there will be none.
        return Err((StatusCode::NOT_FOUND, NOT_RECORDED.to_owned()));
    }
    if wait > 0 {
        stories.changed(filter.after, Duration::from_secs(wait)).await;
    }
    let stories = stories.clone();
    look(move || Ok(stories.list(&filter).to_string())).await
}

/// The kind of this name.
fn kind(name: &str) -> Result<StoryKind, Failure> {
    let found = StoryKind::ALL.into_iter().find(|kind| kind.name() == name);
    let names = || StoryKind::ALL.map(StoryKind::name).join(", ");
    found.ok_or_else(|| (StatusCode::BAD_REQUEST, format!("kind is one of {}", names())))
}

/// The parameters of a query.
fn form_urlencoded(query: &str) -> Vec<(String, String)> {
    // A URL of any host, for its parser.
    let url = reqwest::Url::parse(&format!("http://localhost/?{query}"));
    url.map_or_else(|_| Vec::new(), |url| url.query_pairs().into_owned().collect())
}

#[cfg(test)]
mod tests {
    use local_stories::{Kind, Limits, Outcome, Tables};

    use super::*;

    /// On one thread: a look that was rendered there would let nothing else happen.
    #[tokio::test]
    async fn requests_go_on_while_large_stories_are_rendered() {
        let stories = Recorder::new(Limits::default(), Tables::new());
        let call = stories.begin(StoryKind::Api, "request-1", || "GET /things".to_owned());
        for _ in 0..5_000 {
            let entry = call.span().child(Kind::Table, "PutItem");
            entry.span().request(br#"{"TableName":"Things","Item":{"id":{"S":"7"},"name":{"S":"seven"}}}"#);
            entry.finish(Outcome::Ok);
        }
        let looks = [0, 1, 2].map(|_| {
            let stories = stories.clone();
            tokio::spawn(async move { story(&stories, "request-1").await })
        });
        let searches = tokio::spawn(async move { list(&stories, "q=nothing").await });
        let mut turns = 0;
        while !looks.iter().all(|look| look.is_finished()) || !searches.is_finished() {
            tokio::task::yield_now().await;
            turns += 1;
        }
        assert!(turns > 100, "{turns}");
        for look in looks {
            assert!(look.await.unwrap().unwrap().contains("PutItem Things"));
        }
        assert!(searches.await.unwrap().unwrap().contains(r#""stories":[]"#));
    }

    #[tokio::test]
    async fn whoever_asks_for_stories_hears_that_none_are_recorded() {
        let off = Recorder::default();
        for answer in [story(&off, "request-1").await, list(&off, "wait=20").await] {
            assert_eq!(answer.unwrap_err(), (StatusCode::NOT_FOUND, NOT_RECORDED.to_owned()));
        }
    }

    #[tokio::test]
    async fn what_is_not_kept_or_too_long_is_refused() {
        let stories = Recorder::new(Limits::default(), Tables::new());
        let long = format!("q={}", "x".repeat(201));
        assert_eq!(list(&stories, &long).await.unwrap_err().0, StatusCode::BAD_REQUEST);
        let other = (StatusCode::BAD_REQUEST, "kind is one of api, operator, schedule, event".to_owned());
        assert_eq!(list(&stories, "kind=other").await.unwrap_err(), other);
        assert_eq!(story(&stories, "request-1").await.unwrap_err().0, StatusCode::NOT_FOUND);
    }
}
