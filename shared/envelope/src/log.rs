//! Structured logs: JSON, one line a request, which is also its CloudWatch metrics (embedded metric format).

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::OnceLock;

use serde::Serialize;
use serde_json::{Value, json};
use tracing::level_filters::LevelFilter;

use crate::{runtime, timestamp};

/// The namespace of every metric.
const NAMESPACE: &str = "Storefront";

/// Starts logging. `LOG_LEVEL` (`error`, `warn`, `info`, `debug`) is `info` by default.
pub(crate) fn init() {
    let level = std::env::var("LOG_LEVEL").ok().and_then(|level| level.parse().ok()).unwrap_or(LevelFilter::INFO);
    let json = tracing_subscriber::fmt().json().flatten_event(true).with_target(false).with_max_level(level);
    // An error only says that a test has started it before.
    let _ = json.try_init();
    runtime::log_panics();
}

/// One line of the log: what happened to one invocation.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Line<'a> {
    pub timestamp: String,
    pub level: &'static str,
    pub message: &'static str,
    pub request_id: &'a str,
    pub service: &'a str,
    pub function: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    pub duration: u64,
    pub cold_start: bool,
}

/// Writes the line with its metrics: `Latency`, `ColdStart` and those the handler counted.
///
/// CloudWatch Logs, "Specification: Embedded metric format".
pub(crate) fn write(line: &Line<'_>, counted: &[&'static str]) {
    let mut values: BTreeMap<&str, u64> = BTreeMap::from([("Latency", line.duration)]);
    if line.cold_start {
        values.insert("ColdStart", 1);
    }
    for name in counted {
        *values.entry(name).or_default() += 1;
    }
    let metrics: Vec<Value> = values
        .keys()
        .map(|name| json!({"Name": name, "Unit": if *name == "Latency" { "Milliseconds" } else { "Count" }}))
        .collect();
    let entry = Entry {
        line,
        values: &values,
        aws: json!({
            "Timestamp": timestamp::epoch_seconds() * 1000,
            "CloudWatchMetrics": [{"Namespace": NAMESPACE, "Dimensions": [["service", "function"]], "Metrics": metrics}],
        }),
    };
    if let Ok(mut text) = serde_json::to_vec(&entry) {
        text.push(b'\n');
        // With nobody left to read the log there is nobody left to tell.
        let _ = std::io::stdout().lock().write_all(&text);
    }
}

#[derive(Serialize)]
struct Entry<'a> {
    #[serde(flatten)]
    line: &'a Line<'a>,
    #[serde(flatten)]
    values: &'a BTreeMap<&'a str, u64>,
    #[serde(rename = "_aws")]
    aws: Value,
}

/// The name this function was deployed under.
pub(crate) fn function_name() -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| std::env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default())
}
