//! `export-orders` and `export-notifications`: the user service asks the others what they keep about a user, page by page.
//!
//! A page is what one query reads, so at most 1 MB of items. As JSON it is not twice as long, and fits into the 6 MB of a
//! function's response.

use envelope::Caller;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportRequest {
    /// Id of the user.
    pub user_id: String,
    /// [`ExportPage::next_cursor`] of the page before; absent for the first page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Id of the user's request, for the log.
    pub request_id: String,
    /// Who sent that request, for the log.
    #[serde(default)]
    pub caller: Caller,
}

/// The response.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportPage {
    /// What the service keeps, as its API shows it.
    pub items: Vec<Box<RawValue>>,
    /// Where the next page starts; absent from the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}
