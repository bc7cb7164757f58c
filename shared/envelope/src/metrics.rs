//! Counting what happens outside of a request: in a consumer of events, or on a schedule. A request counts with its
//! reply ([`crate::Reply::metric`]).

use std::io::Write as _;

use serde_json::{Value, json};

use crate::emf::{self, Metadata};
pub use crate::emf::{EVENTS_FAILED, FAILED};
use crate::{Service, timestamp};

/// Counts `by` of a metric, in a log line of its own; zero is not written.
pub fn count(service: Service, name: &str, by: u64) {
    if by > 0 {
        let function = std::env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default();
        let _ = writeln!(std::io::stdout().lock(), "{}", line(service, &function, name, by, emf::namespace()));
    }
}

fn line(service: Service, function: &str, name: &str, by: u64, namespace: Option<&str>) -> Value {
    let mut line = json!({
        "timestamp": timestamp::now(),
        "level": "INFO",
        "message": "counted",
        "service": service.name,
        "function": function,
        name: by,
    });
    if let Some(aws) = Metadata::of(std::iter::once(name), namespace) {
        if aws.names_function() {
            line["version"] = std::env::var("AWS_LAMBDA_FUNCTION_VERSION").unwrap_or_default().into();
        }
        line["_aws"] = json!(aws);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVICE: Service = Service { name: "product-service", version: "0" };

    #[test]
    fn a_count_is_a_metric_without_dimensions() {
        let line = line(SERVICE, "Sweep", "HoldsExpired", 3, Some("shop"));
        assert_eq!((&line["HoldsExpired"], &line["function"]), (&json!(3), &json!("Sweep")));
        let metrics = json!([{"Name": "HoldsExpired", "Unit": "Count"}]);
        let directive = json!({"Namespace": "shop", "Dimensions": [[]], "Metrics": metrics});
        assert_eq!(line["_aws"]["CloudWatchMetrics"], json!([directive]));
    }

    #[test]
    fn without_a_namespace_a_count_is_only_logged() {
        let line = line(SERVICE, "Sweep", "HoldsExpired", 3, None);
        assert_eq!((&line["HoldsExpired"], line.get("_aws")), (&json!(3), None));
    }
}
