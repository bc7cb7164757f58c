//! The lines that are kept.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use local_template::ACCOUNT;
use time::OffsetDateTime;
use time::macros::format_description;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use crate::Event;

/// How much is kept. The oldest lines beyond it are given up.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Lines.
    pub lines: usize,
    /// Bytes of all lines together.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { lines: 50_000, bytes: 16 * 1024 * 1024 }
    }
}

/// The log groups of a system's functions. Cloning it is cheap and gives the same groups.
#[derive(Debug, Clone)]
pub struct Logs(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    limits: Limits,
    /// By the name of the function.
    streams: BTreeMap<String, Stream>,
    /// When this was started, in milliseconds since 1970.
    started_ms: i64,
    kept: Mutex<Kept>,
    added: Notify,
}

/// Where the lines of a function go.
#[derive(Debug)]
struct Stream {
    function: Arc<str>,
    group: Arc<str>,
    name: Arc<str>,
}

#[derive(Debug, Default)]
struct Kept {
    events: VecDeque<Event>,
    bytes: usize,
    /// The number of the last line.
    last: u64,
}

/// Some lines, and where to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The lines, the oldest first.
    pub events: Vec<Event>,
    /// The number of the last line that was looked at: give it to [`Logs::after`] for those that follow.
    pub last: u64,
}

impl Logs {
    /// The log groups of functions: pairs of a function's name and its log group's.
    pub fn new<'a>(functions: impl IntoIterator<Item = (&'a str, &'a str)>, limits: Limits) -> Self {
        let now = OffsetDateTime::now_utc();
        let date = now.format(format_description!("[year]/[month]/[day]")).unwrap_or_default();
        let stream = |(function, group): (&'a str, &'a str)| {
            // Lambda Developer Guide: "Configuring CloudWatch log groups" has this form for groups that functions share.
            let name = format!("{date}/{function}[$LATEST]").into();
            (function.to_owned(), Stream { function: function.into(), group: group.into(), name })
        };
        let streams = functions.into_iter().map(stream).collect();
        let kept = Mutex::new(Kept::default());
        Self(Arc::new(Inner { limits, streams, started_ms: milliseconds(now.into()), kept, added: Notify::new() }))
    }

    /// Takes a line of a function (by name). A line of an unknown function is dropped.
    pub fn add(&self, function: &str, time: SystemTime, message: &str) {
        let Some(Stream { function, group, name }) = self.0.streams.get(function) else { return };
        let mut kept = self.kept();
        kept.last += 1;
        let event = Event {
            sequence: kept.last,
            time_ms: milliseconds(time),
            function: Arc::clone(function),
            group: Arc::clone(group),
            stream: Arc::clone(name),
            message: message.into(),
        };
        kept.bytes += event.bytes();
        kept.events.push_back(event);
        while kept.bytes > self.0.limits.bytes || kept.events.len() > self.0.limits.lines {
            let Some(oldest) = kept.events.pop_front() else { break };
            kept.bytes -= oldest.bytes();
        }
        drop(kept);
        self.0.added.notify_waiters();
    }

    /// At most `most` of the lines after number `sequence` that are `wanted`, the oldest first. If there is none yet,
    /// waits that long for the first.
    pub async fn after(&self, sequence: u64, wait: Duration, most: usize, wanted: impl Fn(&Event) -> bool) -> Page {
        let end = Instant::now() + wait;
        let mut last = sequence;
        loop {
            let added = self.0.added.notified();
            tokio::pin!(added);
            // From here on a line that is added is noticed, also before the wait for it.
            added.as_mut().enable();
            let page = self.page(last, most, &wanted);
            last = page.last;
            if !page.events.is_empty() || timeout_at(end, added).await.is_err() {
                return page;
            }
        }
    }

    /// The newest lines that are `wanted`, at most so many, the oldest of them first.
    pub fn newest(&self, most: usize, wanted: impl Fn(&Event) -> bool) -> Page {
        let kept = self.kept();
        let mut events: Vec<Event> =
            kept.events.iter().rev().filter(|event| wanted(event)).take(most).cloned().collect();
        events.reverse();
        Page { events, last: kept.last }
    }

    pub(crate) fn page(&self, after: u64, most: usize, wanted: impl Fn(&Event) -> bool) -> Page {
        let kept = self.kept();
        let start = kept.events.partition_point(|event| event.sequence <= after);
        let mut events: Vec<Event> =
            kept.events.range(start..).filter(|event| wanted(event)).take(most).cloned().collect();
        let last = match events.last() {
            Some(last) if events.len() >= most => last.sequence,
            _ => kept.last.max(after),
        };
        events.shrink_to_fit();
        Page { events, last }
    }

    /// The ARN of a log group, as rights name it.
    #[must_use]
    pub fn arn(region: &str, group: &str) -> String {
        if group.starts_with("arn:") {
            group.to_owned()
        } else {
            format!("arn:aws:logs:{region}:{ACCOUNT}:log-group:{group}")
        }
    }

    /// The names of the log groups, each once and in their order.
    pub(crate) fn groups(&self) -> Vec<Arc<str>> {
        let mut groups: Vec<_> = self.0.streams.values().map(|stream| Arc::clone(&stream.group)).collect();
        groups.sort_unstable();
        groups.dedup();
        groups
    }

    /// When this was started, in milliseconds since 1970.
    pub(crate) fn started_ms(&self) -> i64 {
        self.0.started_ms
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn milliseconds(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logs(limits: Limits) -> Logs {
        Logs::new([("echo", "/aws/lambda/echo"), ("list", "/shared")], limits)
    }

    fn messages(page: &Page) -> Vec<&str> {
        page.events.iter().map(|event| &*event.message).collect()
    }

    #[test]
    fn the_oldest_lines_are_given_up_by_number_and_by_bytes() {
        let few = logs(Limits { lines: 2, ..Limits::default() });
        let small = logs(Limits { bytes: 3 * size_of::<Event>(), ..Limits::default() });
        for logs in [few, small] {
            for line in ["one", "two", "three"] {
                logs.add("echo", SystemTime::now(), line);
            }
            assert_eq!(messages(&logs.page(0, 10, |_| true)), ["two", "three"]);
        }
    }

    #[test]
    fn a_line_longer_than_all_that_is_kept_is_given_up_alone() {
        let logs = logs(Limits { bytes: 1000, ..Limits::default() });
        logs.add("echo", SystemTime::now(), &"x".repeat(2000));
        logs.add("echo", SystemTime::now(), "short");
        assert_eq!(messages(&logs.page(0, 10, |_| true)), ["short"]);
    }

    #[test]
    fn pages_follow_each_other_without_a_gap_or_a_line_twice() {
        let logs = logs(Limits::default());
        for line in 0..5 {
            logs.add(if line % 2 == 0 { "echo" } else { "list" }, SystemTime::now(), &line.to_string());
        }
        let mut read = Vec::new();
        let mut after = 0;
        loop {
            let page = logs.page(after, 2, |event| &*event.function == "echo");
            if page.events.is_empty() {
                break;
            }
            read.extend(messages(&page).into_iter().map(str::to_owned));
            after = page.last;
        }
        assert_eq!(read, ["0", "2", "4"]);
        assert_eq!(messages(&logs.newest(2, |event| &*event.function == "echo")), ["2", "4"]);
    }

    #[tokio::test]
    async fn who_waits_gets_the_next_line_and_no_other_function_s() {
        let logs = logs(Limits::default());
        let waiting = tokio::spawn({
            let logs = logs.clone();
            async move { logs.after(0, Duration::from_secs(60), 10, |event| &*event.function == "list").await }
        });
        logs.add("echo", SystemTime::now(), "not this");
        tokio::task::yield_now().await;
        logs.add("list", SystemTime::now(), "this");
        let page = waiting.await.unwrap();
        assert_eq!((messages(&page), page.last), (vec!["this"], 2));
        assert_eq!(logs.after(2, Duration::ZERO, 10, |_| true).await, Page { events: Vec::new(), last: 2 });
    }

    #[test]
    fn a_line_of_an_unknown_function_is_dropped() {
        let logs = logs(Limits::default());
        logs.add("other", SystemTime::now(), "x");
        assert_eq!(logs.page(0, 10, |_| true).last, 0);
    }
}
