//! Who sent a request, for log lines.

use serde::{Deserialize, Serialize};

/// Who sent a request through a gateway, and how the gateway's own log calls it. A call of another service passes it on, so
/// that the log lines of both say it. Empty where no gateway was.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Caller {
    /// `$context.requestId` of the gateway's access log. A REST API lets the client choose it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway_request_id: Option<String>,
    /// `$context.extendedRequestId` of a REST API's access log, which no client can choose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extended_request_id: Option<String>,
    /// The address that the gateway saw.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_ip: Option<String>,
    /// The id of the user who was let in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
}
