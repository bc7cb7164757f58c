//! What AWS asks, and what is assumed where nothing could be measured: `bench/prices.json`.

use serde::Deserialize;

/// A table of prices, and the assumptions that costs are computed with.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Prices {
    /// Where they hold.
    pub region: String,
    /// The month they were looked up in.
    pub date: String,
    /// The prices.
    pub prices: List,
    /// The assumptions.
    pub assumptions: Assumptions,
}

/// So many dollars for so many of something.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    pub dollars: f64,
    pub per: f64,
    pub of: String,
    /// The page of AWS that says so.
    pub source: String,
}

impl Price {
    /// What so many cost.
    pub fn of(&self, count: f64) -> f64 {
        count * self.dollars / self.per
    }
}

/// Something that is true enough of AWS, and was not measured.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assumption {
    pub value: f64,
    pub of: String,
    pub why: String,
}

macro_rules! named {
    ($(#[$about:meta])* $list:ident of $kind:ident: $($field:ident),+) => {
        $(#[$about])*
        #[derive(Debug, Clone, Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct $list {
            $(pub $field: $kind,)+
        }

        impl $list {
            /// All of them, in the order of the file.
            pub fn all(&self) -> Vec<&$kind> {
                vec![$(&self.$field),+]
            }
        }
    };
}

named! {
    /// Prices without free tiers.
    List of Price: rest_api_calls, http_api_calls, lambda_requests, x86_gb_seconds, arm_gb_seconds, read_units,
    write_units, queue_requests, log_bytes, traces, bytes_out, secret_calls, secret_months, metric_months, alarm_months,
    dashboard_months
}

named! {
    /// See the file for what each is and why.
    Assumptions of Assumption: core_mb, cpu_factor, read_ms, write_ms, transaction_ms, invoke_ms, send_ms, cold_share,
    init_wait_ms, authorizer_share, log_event_bytes, access_log_bytes, authorizer_log_bytes, header_bytes, trace_share,
    idle_pollers
}

impl Prices {
    /// The table this program was built with.
    pub fn known() -> Result<Self, serde_json::Error> {
        serde_json::from_str(include_str!("../../prices.json"))
    }
}
