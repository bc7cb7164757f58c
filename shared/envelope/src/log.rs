//! Structured logs: JSON, one line an invocation, which also carries what CloudWatch counts ([`crate::emf`]).

use std::collections::BTreeMap;
use std::io::Write as _;

use lambda_runtime::Context;
use serde::Serialize;
use tracing::level_filters::LevelFilter;

use crate::Caller;
use crate::emf::{self, Metadata};
use crate::process::Process;

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
}

/// What happened to one invocation. It holds nothing a client wrote but the request id (checked), the gateway's (a REST API takes
/// `X-Amzn-RequestId` for it), the HTTP method and, where no route was matched, the path.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Line {
    pub timestamp: String,
    pub level: &'static str,
    pub message: &'static str,
    pub request_id: String,
    #[serde(flatten)]
    pub caller: Caller,
    pub service: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// How long the invocation took, in milliseconds.
    pub duration: u64,
    /// Whether it was the first of its process.
    #[serde(skip)]
    pub cold_start: bool,
    /// What the invocation changed ([`crate::Function::audit`]): name and value of each member.
    #[serde(skip)]
    pub audit: Vec<(&'static str, String)>,
    /// Metrics to which the line adds 1, once for each time that a name is in the list.
    #[serde(skip)]
    pub metrics: Vec<&'static str>,
}

impl Line {
    /// Writes the line to where Lambda reads logs.
    pub(crate) fn write(&self, context: &Context) {
        let line = self.to_json(context, emf::namespace(), Process::at_invocation());
        // A line that can't be written can't be reported either: the log is the place for that.
        let _ = std::io::stdout().lock().write_all(line.as_bytes());
    }

    /// The line as JSON with its metrics, ended by a line feed.
    pub(crate) fn to_json(&self, context: &Context, namespace: Option<&str>, process: Process) -> String {
        let values = self.counted();
        let aws = Metadata::of(values.keys().copied(), namespace);
        let names_version = aws.as_ref().is_some_and(Metadata::names_function);
        // A route tells which function it was.
        let names_function = self.route.is_none() || names_version;
        let entry = Entry {
            line: self,
            process,
            function: names_function.then_some(context.env_config.function_name.as_str()),
            version: names_version.then_some(context.env_config.version.as_str()),
            audit: self.audit.iter().map(|(name, value)| (*name, value.as_str())).collect(),
            values: &values,
            aws,
        };
        // Strings and numbers under distinct keys: nothing here can fail to serialise.
        let mut text = serde_json::to_string(&entry).unwrap_or_default();
        text.push('\n');
        text
    }

    /// The value of each metric.
    fn counted(&self) -> BTreeMap<&'static str, u64> {
        let own = self.metrics.iter().copied();
        let cold = self.cold_start.then_some("ColdStart");
        let failed = (self.level == "ERROR").then_some(emf::FAILED);
        let mut values = BTreeMap::new();
        for name in own.chain(cold).chain(failed) {
            *values.entry(name).or_default() += 1;
        }
        values
    }
}

#[derive(Serialize)]
struct Entry<'a> {
    #[serde(flatten)]
    line: &'a Line,
    #[serde(flatten)]
    process: Process,
    #[serde(skip_serializing_if = "Option::is_none")]
    function: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    #[serde(flatten)]
    audit: BTreeMap<&'a str, &'a str>,
    #[serde(flatten)]
    values: &'a BTreeMap<&'a str, u64>,
    #[serde(rename = "_aws", skip_serializing_if = "Option::is_none")]
    aws: Option<Metadata<'a>>,
}
