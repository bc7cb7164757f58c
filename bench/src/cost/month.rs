//! What a month costs when nothing happens: it is there, and it is watched.

use local_template::{EventSource, System};

use super::prices::Prices;

const HOURS: f64 = 730.0;

/// The metrics that functions write. Those of failures exist only while something fails.
pub const METRICS: [&str; 6] =
    ["ColdStart", "HoldsExpired", "LoginsRefused", "OrdersConfirmed", "OrdersMade", "OrdersRejected"];

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
    let metrics = METRICS.len() as f64;
    // An alarm names each metric it looks at.
    let watched = count("MetricName: ");
    let secrets = system.secrets.len() as f64;
    let dashboards = count("Type: AWS::CloudWatch::Dashboard");
    vec![
        ("metrics that functions write".to_owned(), metrics, prices.metric_months.of(metrics)),
        ("dashboard".to_owned(), dashboards, prices.dashboard_months.of(dashboards)),
        ("metrics under an alarm, in prod".to_owned(), watched, prices.alarm_months.of(watched)),
        ("receives from queues that stay empty".to_owned(), receives, prices.queue_requests.of(receives)),
        ("secret".to_owned(), secrets, prices.secret_months.of(secrets)),
    ]
}
