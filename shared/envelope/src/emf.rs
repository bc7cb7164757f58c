//! CloudWatch's embedded metric format: a log line that CloudWatch also counts.
//!
//! A custom metric is paid for by the month and by each value of its dimensions, so counts have no dimensions. Failures
//! have the function and its version besides: those metrics exist only while something fails. By the version, an alarm
//! judges the one that a deployment brought.

use std::sync::OnceLock;

use serde::Serialize;

use crate::timestamp;

/// The metrics that are kept by function and by its version, too.
const FAILURES: [&str; 2] = [EVENTS_FAILED, FAILED];

/// Events of a batch that a function could not handle. To Lambda the invocation is a success.
pub const EVENTS_FAILED: &str = "EventsFailed";

/// Invocations that logged an error. To Lambda a response with status 500 is a success.
pub const FAILED: &str = "Failed";

/// The namespace of every metric: `METRICS_NAMESPACE`. Without it there are no metrics.
pub(crate) fn namespace() -> Option<&'static str> {
    static NAMESPACE: OnceLock<Option<String>> = OnceLock::new();
    NAMESPACE.get_or_init(|| std::env::var("METRICS_NAMESPACE").ok().filter(|name| !name.is_empty())).as_deref()
}

/// The member `_aws` of a log line, whose other members are values and dimensions. "Metadata object".
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Metadata<'a> {
    timestamp: u64,
    cloud_watch_metrics: Vec<Directive<'a>>,
}

impl<'a> Metadata<'a> {
    /// Tells CloudWatch to count these members of the line; none if there is nothing to count, or no namespace.
    pub(crate) fn of(names: impl Iterator<Item = &'a str> + Clone, namespace: Option<&'a str>) -> Option<Self> {
        let namespace = namespace?;
        let is_failure = |name: &&str| FAILURES.contains(name);
        let directive = |dimensions: &'static [&'static [&'static str]], metrics: Vec<Metric<'a>>| {
            (!metrics.is_empty()).then_some(Directive { namespace, dimensions, metrics })
        };
        let counts = names.clone().filter(|name| !is_failure(name)).map(Metric::count).collect();
        let failures = names.filter(is_failure).map(Metric::count).collect();
        let directives =
            [directive(&[&[]], counts), directive(&[&[], &["function"], &["function", "version"]], failures)];
        let cloud_watch_metrics: Vec<_> = directives.into_iter().flatten().collect();
        let timestamp = timestamp::epoch_milliseconds();
        (!cloud_watch_metrics.is_empty()).then_some(Self { timestamp, cloud_watch_metrics })
    }

    /// Whether a metric is kept by function and version, so that the line has to name them.
    pub(crate) fn names_function(&self) -> bool {
        self.cloud_watch_metrics.iter().any(|directive| directive.dimensions.iter().any(|set| !set.is_empty()))
    }
}

/// "MetricDirective object".
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive<'a> {
    namespace: &'a str,
    dimensions: &'static [&'static [&'static str]],
    metrics: Vec<Metric<'a>>,
}

/// "MetricDefinition object".
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metric<'a> {
    name: &'a str,
    unit: &'static str,
}

impl<'a> Metric<'a> {
    fn count(name: &'a str) -> Self {
        Self { name, unit: "Count" }
    }
}
