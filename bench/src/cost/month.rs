//! What a month costs when nothing happens: it is there, and it is watched.

use local_template::{EventSource, System};

use super::prices::Prices;

const HOURS: f64 = 730.0;

/// Metrics of its own that a function has: `Latency` and `ColdStart`.
const METRICS: f64 = 2.0;

/// What is counted beside these: orders made, confirmed and rejected, holds expired, logins refused, and failed events of
/// six functions.
const COUNTED: f64 = 11.0;

/// What there is of each, and what it costs. `template` is the text of the template, of which alarms are no resource
/// that a machine runs.
#[allow(clippy::cast_precision_loss)] // dozens
pub fn cost(system: &System, template: &str, prices: &Prices) -> Vec<(String, f64, f64)> {
    let Prices { prices, assumptions, .. } = prices;
    let queues = system.functions.values().flat_map(|function| &function.sources);
    let queues = queues.filter(|source| matches!(source, EventSource::Queue(_))).count() as f64;
    // A receive waits 20 s for a message.
    let receives = queues * assumptions.idle_pollers.value * 3.0 * 60.0 * HOURS;
    let count = |text: &str| template.matches(text).count() as f64;
    let metrics = system.functions.len() as f64 * METRICS + COUNTED;
    // An alarm names each metric it looks at.
    let watched = count("MetricName: ");
    let secrets = system.secrets.len() as f64;
    let dashboards = count("Type: AWS::CloudWatch::Dashboard");
    vec![
        ("metrics of functions, if all are in use".to_owned(), metrics, prices.metric_months.of(metrics)),
        ("dashboard".to_owned(), dashboards, prices.dashboard_months.of(dashboards)),
        ("metrics under an alarm, in prod".to_owned(), watched, prices.alarm_months.of(watched)),
        ("receives from queues that stay empty".to_owned(), receives, prices.queue_requests.of(receives)),
        ("secret".to_owned(), secrets, prices.secret_months.of(secrets)),
    ]
}
