//! DescribeLogGroups and DescribeLogStreams.

use std::collections::BTreeMap;
use std::sync::Arc;

use local_template::{ACCOUNT, REGION};
use serde::{Deserialize, Serialize};

use super::page::{Group, limit};
use crate::{Error, Logs};

/// How many groups or streams an answer has at most.
const MOST: usize = 50;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DescribeGroups {
    log_group_name_prefix: Option<String>,
    log_group_name_pattern: Option<String>,
    limit: Option<i64>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Groups {
    log_groups: Vec<DescribedGroup>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DescribedGroup {
    log_group_name: String,
    creation_time: i64,
    metric_filter_count: usize,
    arn: String,
    log_group_arn: String,
    stored_bytes: usize,
    log_group_class: &'static str,
}

pub(super) fn groups(logs: &Logs, request: DescribeGroups) -> Result<Groups, Error> {
    let most = limit(request.limit, MOST, MOST)?;
    if request.log_group_name_prefix.is_some() && request.log_group_name_pattern.is_some() {
        let why = "logGroupNamePrefix and logGroupNamePattern are mutually exclusive.";
        return Err(Error::InvalidParameter(why.to_owned()));
    }
    let (prefix, pattern) = (request.log_group_name_prefix, request.log_group_name_pattern.map(|it| it.to_lowercase()));
    let after = request.next_token.unwrap_or_default();
    let mut found = logs.groups().into_iter().filter(|name| {
        prefix.as_ref().is_none_or(|prefix| name.starts_with(prefix))
            && pattern.as_ref().is_none_or(|pattern| name.to_lowercase().contains(pattern))
            && **name > *after
    });
    let shown: Vec<_> = found.by_ref().take(most).collect();
    let next_token = shown.last().filter(|_| found.next().is_some()).map(|name| name.to_string());
    let log_groups = shown.into_iter().map(|name| describe(logs, name)).collect();
    Ok(Groups { log_groups, next_token })
}

fn describe(logs: &Logs, name: Arc<str>) -> DescribedGroup {
    let arn = format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}");
    let stored = logs.newest(usize::MAX, |event| event.group == name);
    DescribedGroup {
        creation_time: logs.started_ms(),
        metric_filter_count: 0,
        arn: format!("{arn}:*"),
        log_group_arn: arn,
        stored_bytes: stored.events.iter().map(|event| event.message.len()).sum(),
        log_group_class: "STANDARD",
        log_group_name: name.to_string(),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DescribeStreams {
    #[serde(flatten)]
    group: Group,
    log_stream_name_prefix: Option<String>,
    order_by: Option<String>,
    #[serde(default)]
    descending: bool,
    limit: Option<i64>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Streams {
    log_streams: Vec<DescribedStream>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DescribedStream {
    log_stream_name: String,
    creation_time: i64,
    first_event_timestamp: i64,
    last_event_timestamp: i64,
    last_ingestion_time: i64,
    arn: String,
    stored_bytes: usize,
}

/// The streams with lines that are still kept.
pub(super) fn streams(logs: &Logs, request: DescribeStreams) -> Result<Streams, Error> {
    let group = request.group.find(logs)?;
    let most = limit(request.limit, MOST, MOST)?;
    let by_time = match request.order_by.as_deref() {
        None | Some("LogStreamName") => false,
        Some("LastEventTime") => true,
        Some(other) => return Err(Error::InvalidParameter(format!("orderBy can't be {other}"))),
    };
    if by_time && request.log_stream_name_prefix.is_some() {
        let why = "Cannot order by LastEventTime with a logStreamNamePrefix.";
        return Err(Error::InvalidParameter(why.to_owned()));
    }
    let prefix = request.log_stream_name_prefix.unwrap_or_default();
    let mut times: BTreeMap<Arc<str>, (i64, i64)> = BTreeMap::new();
    for event in logs.newest(usize::MAX, |event| event.group == group && event.stream.starts_with(&prefix)).events {
        times.entry(event.stream).or_insert((event.time_ms, event.time_ms)).1 = event.time_ms;
    }
    let mut found: Vec<_> = times.into_iter().collect();
    if by_time {
        found.sort_by_key(|(_, (_, last))| *last);
    }
    if request.descending {
        found.reverse();
    }
    let start = match request.next_token.as_deref().map(str::parse::<usize>) {
        None => 0,
        Some(Ok(start)) => start,
        Some(Err(_)) => return Err(Error::InvalidParameter("The specified nextToken is invalid.".to_owned())),
    };
    let end = start.saturating_add(most);
    let next_token = (found.len() > end).then(|| end.to_string());
    let log_streams = found.into_iter().skip(start).take(most).map(|(name, (first, last))| DescribedStream {
        creation_time: logs.started_ms(),
        first_event_timestamp: first,
        last_event_timestamp: last,
        last_ingestion_time: last,
        arn: format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}:log-stream:{name}"),
        // As AWS has it since 2019.
        stored_bytes: 0,
        log_stream_name: name.to_string(),
    });
    Ok(Streams { log_streams: log_streams.collect(), next_token })
}
