//! The newest lines of the functions' logs, with secrets masked: to look at, and to follow.

use std::time::Duration;

use local_logs::{Event, Page};
use local_stories::masked;
use local_template::Function;
use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::look::look;
use super::{Failure, bad_request, value};
use crate::stack::Stack;

/// How many lines an answer has at most.
const MOST: usize = 10_000;

/// How long a request may wait for lines.
const LONGEST_WAIT: u64 = 20;

/// What a request asks for, in the query of its URL.
#[derive(Debug, Default, PartialEq, Eq)]
struct Query {
    /// A function, by logical id, name or ARN.
    function: Option<String>,
    /// A text that lines have.
    text: Option<String>,
    /// The number of the last line that is known. Without it, the newest lines are given.
    after: Option<u64>,
    /// How many lines at most.
    lines: usize,
    /// How long to wait for the first line, in seconds.
    wait: u64,
}

#[derive(Serialize)]
struct Lines {
    last: u64,
    lines: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    sequence: u64,
    time: String,
    function: String,
    line: String,
}

/// The lines that a query asks for, the oldest first.
pub async fn lines(stack: &Stack, query: Option<&str>) -> Result<Value, Failure> {
    let query = Query::parse(query.unwrap_or_default()).map_err(bad_request)?;
    let function = match &query.function {
        None => None,
        Some(name) => Some(
            named(stack, name)
                .ok_or_else(|| (http::StatusCode::NOT_FOUND, format!("the stack has no function {name}")))?,
        ),
    };
    let wanted = |event: &Event| {
        function.is_none_or(|function| *event.function == *function.name)
            && query.text.as_ref().is_none_or(|text| event.message.contains(text.as_str()))
    };
    let page = match query.after {
        None => stack.logs.newest(query.lines, wanted),
        Some(after) => stack.logs.after(after, Duration::from_secs(query.wait), query.lines, wanted).await,
    };
    look(move || value(&Lines::from(page))).await
}

fn named<'a>(stack: &'a Stack, name: &str) -> Option<&'a Function> {
    let functions = &stack.system.functions;
    functions.get(name).or_else(|| functions.values().find(|function| function.name == name || function.arn == name))
}

impl Query {
    fn parse(query: &str) -> Result<Self, String> {
        let mut found = Self { lines: 1000, ..Self::default() };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let number = || value.parse::<u64>().map_err(|_| format!("{name} is a number"));
            match &*name {
                "function" => found.function = Some(value.into_owned()),
                "text" => found.text = Some(value.into_owned()),
                "after" => found.after = Some(number()?),
                "lines" => found.lines = usize::try_from(number()?).unwrap_or(MOST).min(MOST),
                "wait" => found.wait = number()?.min(LONGEST_WAIT),
                other => return Err(format!("a query has no {other}")),
            }
        }
        Ok(found)
    }
}

impl From<Page> for Lines {
    fn from(page: Page) -> Self {
        let time = |ms: i64| {
            let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000);
            time.ok().and_then(|time| time.format(&Rfc3339).ok()).unwrap_or_default()
        };
        let line = |event: Event| Line {
            sequence: event.sequence,
            time: time(event.time_ms),
            function: event.function.to_string(),
            line: masked(&event.message).into_owned(),
        };
        Self { last: page.last, lines: page.events.into_iter().map(line).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_in_lines_are_masked() {
        let event = |message: &str| Event {
            sequence: 1,
            time_ms: 0,
            function: "Login".into(),
            group: "/aws/lambda/Login".into(),
            stream: "stream".into(),
            message: message.into(),
        };
        let events = vec![event(r#"{"level":"INFO","refreshToken":"abc"}"#), event("Authorization: Bearer abcdefghi")];
        let lines = serde_json::to_value(Lines::from(Page { events, last: 2 })).unwrap();
        assert_eq!(lines["lines"][0]["line"], r#"{"level":"INFO","refreshToken":"•••"}"#);
        assert_eq!(lines["lines"][1]["line"], "Authorization: •••");
    }

    #[test]
    fn a_query_is_read_within_its_limits() {
        let query = Query::parse("function=Echo&text=a%20b&after=7&lines=99999999&wait=60").unwrap();
        let expected = Query {
            function: Some("Echo".to_owned()),
            text: Some("a b".to_owned()),
            after: Some(7),
            lines: MOST,
            wait: LONGEST_WAIT,
        };
        assert_eq!(query, expected);
        assert_eq!(Query::parse("").unwrap(), Query { lines: 1000, ..Query::default() });
        for wrong in ["after=x", "lines=-1", "colour=red"] {
            assert!(Query::parse(wrong).is_err(), "{wrong}");
        }
    }
}
