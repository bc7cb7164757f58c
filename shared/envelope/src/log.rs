//! Structured logs: JSON, one line an invocation, which is also its CloudWatch metrics (embedded metric format).

use std::collections::BTreeMap;
use std::io::Write as _;

use lambda_runtime::Context;
use serde::Serialize;
use tracing::level_filters::LevelFilter;

use crate::{runtime, timestamp};

/// The namespace of every metric.
pub(crate) const NAMESPACE: &str = "Storefront";

/// Every metric is kept by service and function; both are keys of the line.
pub(crate) const DIMENSIONS: [[&str; 2]; 1] = [["service", "function"]];

/// Starts logging. `LOG_LEVEL` (`error`, `warn`, `info`, `debug`) is `info` by default.
pub(crate) fn init() {
    let level = std::env::var("LOG_LEVEL").ok().and_then(|level| level.parse().ok()).unwrap_or(LevelFilter::INFO);
    let json = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_span_list(false)
        .with_target(false)
        .with_max_level(level);
    // An error only says that a test has started it before.
    let _ = json.try_init();
    runtime::log_panics();
}

/// What happened to one invocation. It holds nothing a client wrote but the request id (checked), the HTTP method
/// and, where no route was matched, the path.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Line {
    pub timestamp: String,
    pub level: &'static str,
    pub message: &'static str,
    pub request_id: String,
    pub service: &'static str,
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
    /// Counts one of each, besides `Latency` and `ColdStart`.
    #[serde(skip)]
    pub metrics: Vec<&'static str>,
}

impl Line {
    /// Writes the line to where Lambda reads logs.
    pub(crate) fn write(&self, context: &Context) {
        // With nobody left to read the log there is nobody left to tell.
        let _ = std::io::stdout().lock().write_all(self.to_json(context).as_bytes());
    }

    /// The line with its metrics and its end.
    ///
    /// CloudWatch, "Specification: Embedded metric format".
    pub(crate) fn to_json(&self, context: &Context) -> String {
        let mut values: BTreeMap<&str, u64> = BTreeMap::from([("Latency", self.duration)]);
        if self.cold_start {
            values.insert("ColdStart", 1);
        }
        for name in &self.metrics {
            *values.entry(name).or_default() += 1;
        }
        let unit = |name: &str| if name == "Latency" { "Milliseconds" } else { "Count" };
        let metrics = values.keys().map(|name| Metric { name, unit: unit(name) }).collect();
        let entry = Entry {
            line: self,
            function: &context.env_config.function_name,
            values: &values,
            aws: Metadata {
                timestamp: timestamp::epoch_milliseconds(),
                cloud_watch_metrics: [Directive { namespace: NAMESPACE, dimensions: DIMENSIONS, metrics }],
            },
        };
        // Strings and numbers under distinct keys: nothing here can fail to serialise.
        let mut text = serde_json::to_string(&entry).unwrap_or_default();
        text.push('\n');
        text
    }
}

#[derive(Serialize)]
struct Entry<'a> {
    #[serde(flatten)]
    line: &'a Line,
    function: &'a str,
    #[serde(flatten)]
    values: &'a BTreeMap<&'a str, u64>,
    #[serde(rename = "_aws")]
    aws: Metadata<'a>,
}

/// "Metadata object".
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata<'a> {
    timestamp: u64,
    cloud_watch_metrics: [Directive<'a>; 1],
}

/// "MetricDirective object".
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive<'a> {
    namespace: &'static str,
    dimensions: [[&'static str; 2]; 1],
    metrics: Vec<Metric<'a>>,
}

/// "MetricDefinition object".
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metric<'a> {
    name: &'a str,
    unit: &'static str,
}
