//! FilterLogEvents, which `aws logs tail` asks, and GetLogEvents.

use serde::{Deserialize, Serialize};

use super::page::{Group, limit};
use crate::pattern::Pattern;
use crate::{Error, Event, Logs};

/// How many events an answer has at most.
const MOST: usize = 10_000;

/// How many bytes of lines an answer has at most, unless a single line has more.
const MOST_BYTES: usize = 1024 * 1024;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Filter {
    #[serde(flatten)]
    group: Group,
    log_stream_names: Option<Vec<String>>,
    log_stream_name_prefix: Option<String>,
    start_time: Option<i64>,
    end_time: Option<i64>,
    filter_pattern: Option<String>,
    limit: Option<i64>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Filtered {
    events: Vec<FilteredEvent>,
    searched_log_streams: [(); 0],
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FilteredEvent {
    log_stream_name: String,
    timestamp: i64,
    message: String,
    ingestion_time: i64,
    event_id: String,
}

pub(super) fn filter(logs: &Logs, request: Filter) -> Result<Filtered, Error> {
    let group = request.group.find(logs)?;
    let most = limit(request.limit, MOST, MOST)?;
    let pattern = Pattern::parse(request.filter_pattern.as_deref().unwrap_or_default())?;
    if request.log_stream_names.is_some() && request.log_stream_name_prefix.is_some() {
        let why = "logStreamNames and logStreamNamePrefix are mutually exclusive.";
        return Err(Error::InvalidParameter(why.to_owned()));
    }
    let (names, prefix) = (request.log_stream_names, request.log_stream_name_prefix.unwrap_or_default());
    // Unlike GetLogEvents', this range has its end.
    let times = request.start_time.unwrap_or(0)..=request.end_time.unwrap_or(i64::MAX);
    let page = logs.page(token(request.next_token.as_deref())?, most, |event| {
        event.group == group
            && times.contains(&event.time_ms)
            && names.as_ref().is_none_or(|names| names.iter().any(|name| **name == *event.stream))
            && event.stream.starts_with(&prefix)
            && pattern.matches(&event.message)
    });
    let found = page.events.len();
    let events: Vec<Event> = within_bytes(page.events);
    let is_last = events.len() == found && found < most;
    let next_token = events.last().filter(|_| !is_last).map(|event| event.sequence.to_string());
    let shown = |event: Event| FilteredEvent {
        // Of 56 digits, as AWS's are.
        event_id: format!("{:020}{:036}", logs.started_ms(), event.sequence),
        log_stream_name: event.stream.to_string(),
        timestamp: event.time_ms,
        message: event.message.to_string(),
        ingestion_time: event.time_ms,
    };
    Ok(Filtered { events: events.into_iter().map(shown).collect(), searched_log_streams: [], next_token })
}

/// The first events that fit into an answer; at least one.
fn within_bytes(events: Vec<Event>) -> Vec<Event> {
    let mut bytes = 0;
    let fits = |event: &Event| {
        let is_first = bytes == 0;
        bytes += event.bytes();
        is_first || bytes <= MOST_BYTES
    };
    events.into_iter().take_while(fits).collect()
}

/// The number of the last event that a token's answer had.
fn token(token: Option<&str>) -> Result<u64, Error> {
    let invalid = || Error::InvalidParameter("The specified nextToken is invalid.".to_owned());
    token.map_or(Ok(0), |token| token.parse().map_err(|_| invalid()))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Get {
    #[serde(flatten)]
    group: Group,
    log_stream_name: String,
    start_time: Option<i64>,
    end_time: Option<i64>,
    limit: Option<i64>,
    #[serde(default)]
    start_from_head: bool,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Got {
    events: Vec<GotEvent>,
    /// `f/` and the number of the last event shown: those after it.
    next_forward_token: String,
    /// `b/` and the number of the first event shown: those before it.
    next_backward_token: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GotEvent {
    timestamp: i64,
    message: String,
    ingestion_time: i64,
}

pub(super) fn get(logs: &Logs, request: Get) -> Result<Got, Error> {
    let group = request.group.find(logs)?;
    let most = limit(request.limit, MOST, MOST)?;
    let in_stream = |event: &Event| event.group == group && *event.stream == *request.log_stream_name;
    if logs.newest(1, in_stream).events.is_empty() {
        return Err(Error::NoStream);
    }
    let times = request.start_time.unwrap_or(0)..request.end_time.unwrap_or(i64::MAX);
    let wanted = |event: &Event| in_stream(event) && times.contains(&event.time_ms);
    let (mut events, place) = match request.next_token.as_deref().map(|token| token.split_once('/')) {
        None if request.start_from_head => (logs.page(0, most, wanted).events, 0),
        None => (logs.newest(most, wanted).events, 0),
        Some(Some(("f", place))) => {
            let after = token(Some(place))?;
            (logs.page(after, most, wanted).events, after)
        }
        Some(Some(("b", place))) => {
            let before = token(Some(place))?;
            (logs.newest(most, |event| event.sequence < before && wanted(event)).events, before)
        }
        Some(_) => return Err(Error::InvalidParameter("The specified nextToken is invalid.".to_owned())),
    };
    events = within_bytes(events);
    // At the end of the stream the token stays the same: that is how clients know.
    let next_forward_token = format!("f/{}", events.last().map_or(place, |event| event.sequence));
    let next_backward_token = format!("b/{}", events.first().map_or(place, |event| event.sequence));
    let shown = |event: Event| GotEvent {
        timestamp: event.time_ms,
        message: event.message.to_string(),
        ingestion_time: event.time_ms,
    };
    Ok(Got { events: events.into_iter().map(shown).collect(), next_forward_token, next_backward_token })
}
