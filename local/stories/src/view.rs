//! Stories as JSON, made when somebody looks. Secrets are hidden in it.
//!
//! It takes a while for a large story. Locks are held only to take what there is, so nothing that is recorded waits for it.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::macros::format_description;

use crate::aws_call::{self, Shown};
use crate::entry::{Kind, Outcome};
use crate::kept::Seen;
use crate::mask::{HIDDEN, mask_all, masked, unmasked};
use crate::payload::Payload;
use crate::pieces::Content;
use crate::recorder::{Recorder, Tables};
use crate::search::Needle;
use crate::story::{Story, StoryKind, Totals};

/// Which stories are listed.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Those that changed after the change of this number.
    pub after: u64,
    /// Those of this kind.
    pub kind: Option<StoryKind>,
    /// Those that show this in their title, ids, status, or an entry's name, details, payloads or log lines, whatever the case.
    pub text: Option<String>,
}

impl Recorder {
    /// `{"latest", "stories"}`: the stories that changed after `filter.after`, newest last, and the number of the last
    /// change.
    pub fn list(&self, filter: &Filter) -> Value {
        let Some(shared) = &self.0 else { return json!({"latest": 0, "stories": []}) };
        // Before the stories: what changes meanwhile comes again next time.
        let latest = shared.latest();
        let stories: Vec<Arc<Story>> = shared.stories().iter().cloned().collect();
        let needle = filter.text.as_deref().map(Needle::new);
        let wanted = stories.iter().filter(|story| filter.has(story, needle.as_ref(), &shared.tables));
        let shown = wanted.map(|story| Value::Object(summary(story)));
        json!({"latest": latest, "stories": shown.collect::<Vec<_>>()})
    }

    /// The story of this id, or with an invocation of this request id: its summary and its entries.
    pub fn story(&self, id: &str) -> Option<Value> {
        let shared = self.0.as_ref()?;
        let story = self.find(id)?;
        let mut shown = summary(&story);
        let mut entries: Vec<Value> = story.entries().map(|seen| entry(&story, &seen, &shared.tables)).collect();
        let Totals { entries_omitted: omitted, is_full, .. } = story.state().totals();
        mark_retried(&mut entries);
        shown.insert("entries".to_owned(), entries.into());
        if is_full || omitted > 0 {
            shown.insert("truncated".to_owned(), true.into());
            shown.insert("entriesOmitted".to_owned(), omitted.into());
        }
        Some(Value::Object(shown))
    }

    /// The function and the event of an invocation of a story; the event is `None` if only its beginning was kept.
    pub fn invocation(&self, story: &str, entry: u64) -> Option<(String, Option<Bytes>)> {
        let story = self.find(story)?;
        let is_it = |seen: &Seen| seen.kept.id == entry && seen.kept.kind == Kind::Invocation;
        let Content { name, request, .. } = story.entries().find(is_it)?.content;
        Some((name, request.as_ref().and_then(Payload::whole).cloned()))
    }

    /// An edited event, with the values that were hidden when it was shown.
    pub fn edited(event: &Bytes, mut edited: Value) -> Value {
        if let Ok(original) = serde_json::from_slice(event) {
            unmasked(&mut edited, &original);
        }
        edited
    }

    fn find(&self, id: &str) -> Option<Arc<Story>> {
        let stories: Vec<Arc<Story>> = self.0.as_ref()?.stories().iter().cloned().collect();
        let by_id = stories.iter().find(|story| story.id == id);
        let has = |story: &&Arc<Story>| {
            let state = story.state();
            state.ids.all().any(|known| known == id)
        };
        // The first one of a batch's.
        by_id.or_else(|| stories.iter().find(has)).cloned()
    }
}

impl Filter {
    fn has(&self, story: &Story, needle: Option<&Needle>, tables: &Tables) -> bool {
        story.last_change() > self.after
            && self.kind.is_none_or(|kind| kind == story.kind)
            && needle.is_none_or(|needle| needle.is_in(story, tables))
    }
}

fn summary(story: &Story) -> Map<String, Value> {
    let state = story.state();
    let Totals { entries, is_open, has_failed, .. } = state.totals();
    let outcome = if has_failed || story.failed.load(Ordering::Relaxed) { "error" } else { "ok" };
    let shown = json!({
        "sequence": story.sequence,
        "id": story.id,
        "kind": story.kind.name(),
        "title": masked(&story.title),
        "status": state.status,
        "outcome": outcome,
        "startedAt": rfc3339(story.started_at),
        "durationMs": state.duration.map(milliseconds),
        "entries": entries,
        "isOpen": state.duration.is_none() || is_open,
    });
    match shown {
        Value::Object(shown) => shown,
        _ => Map::new(),
    }
}

fn entry(story: &Story, seen: &Seen, tables: &Tables) -> Value {
    let Seen { kept, parent, content } = seen;
    let Described { name, details, is_condition_failed } = described(seen, tables);
    let outcome = match kept.outcome {
        _ if is_condition_failed => "conditionFailed",
        Outcome::Ok => "ok",
        Outcome::Error => "error",
        Outcome::Denied => "denied",
    };
    let logs = content.logs.iter().map(|(time, line)| json!({"time": rfc3339(*time), "line": masked(line)}));
    json!({
        "id": kept.id.to_string(),
        "parent": parent.map(|parent| parent.to_string()),
        "kind": kept.kind.name(),
        "name": name,
        "startMs": milliseconds(kept.started.saturating_duration_since(story.started)),
        "durationMs": kept.duration.map(milliseconds),
        "outcome": outcome,
        "details": details,
        "request": shown_request(seen),
        "response": shown_response(seen),
        "logs": logs.collect::<Vec<_>>(),
    })
}

/// What is shown of an entry beside its payloads and lines.
pub(crate) struct Described {
    pub name: String,
    pub details: Value,
    is_condition_failed: bool,
}

/// Describes an entry.
pub(crate) fn described(seen: &Seen, tables: &Tables) -> Described {
    let Seen { kept, content, .. } = seen;
    let Shown { subject, details: read, is_condition_failed } = read(seen, tables);
    let mut details: Map<String, Value> = read;
    details.extend(content.details.iter().cloned());
    if kept.kind == Kind::Stream
        && let Some(key) = details.get_mut("key")
    {
        *key = aws_call::plain_members(key);
    }
    for (name, payload) in [("requestBytes", &content.request), ("responseBytes", &content.response)] {
        if let Some(payload) = payload.as_ref().filter(|payload| payload.whole().is_none()) {
            details.insert(name.to_owned(), payload.length.into());
        }
    }
    if kept.lines_omitted > 0 {
        details.insert("linesOmitted".to_owned(), kept.lines_omitted.into());
    }
    let mut details = Value::Object(details);
    mask_all(&mut details);
    let name = subject.map_or_else(|| content.name.clone(), |subject| format!("{} {subject}", content.name));
    Described { name: masked(&name).into_owned(), details, is_condition_failed }
}

/// What is shown of what was asked.
pub(crate) fn shown_request(seen: &Seen) -> Option<String> {
    let request = &seen.content.request;
    if is_mail(seen) { mail(request) } else { request.as_ref().map(shown_payload) }
}

/// What is shown of what was answered.
pub(crate) fn shown_response(seen: &Seen) -> Option<String> {
    seen.content.response.as_ref().map(shown_payload)
}

/// Whether an entry is the call, made or denied, that sends a mail. One that was denied is, unless it is known to be another.
fn is_mail(Seen { kept, content, .. }: &Seen) -> bool {
    let service = || content.details.iter().find(|(name, _)| name == "service").map(|(_, service)| service);
    kept.kind == Kind::Mail || kept.kind == Kind::Denied && service().is_none_or(|service| service == Kind::Mail.name())
}

fn mail(request: &Option<Payload>) -> Option<String> {
    let request = serde_json::from_slice(&request.as_ref()?.kept).unwrap_or_default();
    let mut shown = aws_call::without_text(&request);
    mask_all(&mut shown);
    // What can't be read may have the text anywhere.
    Some(if shown.is_null() { HIDDEN.to_owned() } else { shown.to_string() })
}

/// What the payloads of an AWS call say.
fn read(Seen { kept, content, .. }: &Seen, tables: &Tables) -> Shown {
    let json = |payload: &Option<Payload>| -> Value {
        payload.as_ref().and_then(|payload| serde_json::from_slice(&payload.kept).ok()).unwrap_or_default()
    };
    let (name, request, response) = (&content.name, &content.request, &content.response);
    match kept.kind {
        Kind::Table => aws_call::table(name, &json(request), &json(response), tables),
        // A delivery is no call: it has its details already.
        Kind::Queue if content.details.iter().any(|(name, _)| name == "action") => Shown::default(),
        Kind::Queue => aws_call::queue(name, &json(request), &json(response)),
        Kind::Secret => aws_call::secret(name, &json(request), &json(response)),
        Kind::Mail => aws_call::mail(name, &json(request), &json(response)),
        Kind::Denied => {
            let mut shown = Shown::default();
            aws_call::failure(&mut shown.details, &json(response));
            shown
        }
        Kind::Api | Kind::Authorizer | Kind::Invocation | Kind::Invoke | Kind::Stream => Shown::default(),
    }
}

/// A call that an SDK made again has the same id: all but the last try were retried.
fn mark_retried(entries: &mut [Value]) {
    let mut last: HashMap<String, usize> = HashMap::new();
    for index in 0..entries.len() {
        let Some(call) = entries[index]["details"]["sdkInvocationId"].as_str().map(str::to_owned) else { continue };
        if let Some(earlier) = last.insert(call, index) {
            entries[earlier]["outcome"] = "retried".into();
        }
    }
}

fn shown_payload(payload: &Payload) -> String {
    match std::str::from_utf8(&payload.kept) {
        Ok(text) => masked(text).into_owned(),
        // A text that was cut within a character, or bytes.
        Err(_) => masked(&String::from_utf8_lossy(&payload.kept)).into_owned(),
    }
}

fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1_000_000.0).round() / 1_000.0
}

fn rfc3339(time: SystemTime) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    OffsetDateTime::from(time).format(format).unwrap_or_default()
}
