//! All texts of an entry in one piece of memory.
//!
//! While an entry goes on, each text is by itself. Left so until the story makes room for a newer one, it would be far from
//! everything that is freed with it, and from the processor's caches: that took most of the time that recording did.

use std::ops::Range;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use serde_json::Value;

use crate::entry::State;
use crate::payload::Payload;

/// What an entry keeps, as soon as nothing is added to it any more.
#[derive(Debug, Clone)]
pub(crate) struct Packed {
    texts: Bytes,
    details: Box<[(&'static str, Detail)]>,
    request: Option<Kept>,
    response: Option<Kept>,
    logs: Box<[(SystemTime, Range<usize>)]>,
}

#[derive(Debug, Clone)]
enum Detail {
    Text(Range<usize>),
    /// Anything else, seldom more than a number.
    Value(Value),
}

/// The beginning of a payload, and the length of all of it.
#[derive(Debug, Clone)]
struct Kept {
    beginning: Range<usize>,
    length: usize,
}

impl Packed {
    /// Takes all that a state has.
    pub fn take(state: &mut State) -> Self {
        let State { details, request, response, logs, .. } = state;
        let of_details = details.iter().map(|(_, value)| value.as_str().map_or(0, str::len)).sum::<usize>();
        let of_payloads =
            [&*request, &*response].into_iter().flatten().map(|payload| payload.kept.len()).sum::<usize>();
        let of_logs = logs.iter().map(|(_, line)| line.len()).sum::<usize>();
        let mut texts = Vec::with_capacity(of_details + of_payloads + of_logs);
        let mut add = |text: &[u8]| {
            let start = texts.len();
            texts.extend_from_slice(text);
            start..texts.len()
        };
        let details = std::mem::take(details).into_iter().map(|(name, value)| match value {
            Value::String(text) => (name, Detail::Text(add(text.as_bytes()))),
            value => (name, Detail::Value(value)),
        });
        let details = details.collect();
        let mut keep = |payload: &mut Option<Payload>| {
            payload.take().map(|Payload { kept, length }| Kept { beginning: add(&kept), length })
        };
        let (request, response) = (keep(request), keep(response));
        let logs = std::mem::take(logs).into_iter().map(|(time, line)| (time, add(line.as_bytes()))).collect();
        Self { texts: texts.into(), details, request, response, logs }
    }

    /// Gives it back to a state that has nothing of its own.
    pub fn give(self, state: &mut State) {
        let text = |range: Range<usize>| String::from_utf8_lossy(&self.texts[range]).into_owned();
        let details = self.details.into_iter().map(|(name, detail)| match detail {
            Detail::Text(range) => (name, Value::String(text(range))),
            Detail::Value(value) => (name, value),
        });
        state.details = details.collect();
        let payload = |kept: Kept| Payload { kept: self.texts.slice(kept.beginning), length: kept.length };
        state.request = self.request.map(payload);
        state.response = self.response.map(payload);
        state.logs = self.logs.into_iter().map(|(time, range)| (time, Arc::from(text(range)))).collect();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_packed_is_given_back_as_it_was() {
        let long = "é".repeat(40_000);
        let full = State {
            details: vec![
                ("route", "/things".into()),
                ("status", 200.into()),
                ("key", json!({"id": "7"})),
                ("none", "".into()),
            ],
            request: Some(Payload::of(long.as_bytes())),
            response: Some(Payload::of(&[0xff, 0])),
            logs: vec![(SystemTime::UNIX_EPOCH, Arc::from("first")), (SystemTime::UNIX_EPOCH, Arc::from(""))],
            ..State::default()
        };
        for state in [full, State::default()] {
            let mut packed = state.clone();
            let all = Packed::take(&mut packed);
            assert!(packed.details.is_empty() && packed.logs.is_empty());
            assert!(packed.request.is_none() && packed.response.is_none());
            all.give(&mut packed);
            assert_eq!((&packed.details, &packed.logs), (&state.details, &state.logs));
            let payloads = |state: &State| {
                [&state.request, &state.response].map(|it| it.as_ref().map(|it| (it.kept.clone(), it.length)))
            };
            assert_eq!(payloads(&packed), payloads(&state));
        }
    }
}
