//! Counting what happens outside of a request: in a consumer of events, or on a schedule. A request counts with its
//! reply ([`crate::Reply::metric`]).

use std::io::Write as _;

use serde_json::{Value, json};

use crate::log::{DIMENSIONS, NAMESPACE};
use crate::{Service, timestamp};

/// Counts `by` of a metric, in a line of the log of its own; zero is not written.
pub fn count(service: Service, name: &str, by: u64) {
    if by > 0 {
        let function = std::env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default();
        let _ = writeln!(std::io::stdout().lock(), "{}", line(service, &function, name, by));
    }
}

/// CloudWatch, "Specification: Embedded metric format".
fn line(service: Service, function: &str, name: &str, by: u64) -> Value {
    json!({
        "timestamp": timestamp::now(),
        "level": "INFO",
        "message": "counted",
        "service": service.name,
        "function": function,
        name: by,
        "_aws": {
            "Timestamp": timestamp::epoch_milliseconds(),
            "CloudWatchMetrics": [{
                "Namespace": NAMESPACE,
                "Dimensions": DIMENSIONS,
                "Metrics": [{"Name": name, "Unit": "Count"}],
            }],
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_a_metric_of_its_service_and_function() {
        let service = Service { name: "product-service", version: "0" };
        let line = line(service, "Sweep", "HoldsExpired", 3);
        assert_eq!(line["HoldsExpired"], 3);
        assert_eq!((&line["service"], &line["function"]), (&json!("product-service"), &json!("Sweep")));
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(directive["Namespace"], "Storefront");
        assert_eq!(directive["Dimensions"], json!([["service", "function"]]));
        assert_eq!(directive["Metrics"], json!([{"Name": "HoldsExpired", "Unit": "Count"}]));
    }
}
