//! Amazon SES. Service Authorization Reference: "Actions, resources, and condition keys for Amazon Simple Email Service v2":
//! sending needs a right to the sender's identity.

use bytes::Bytes;
use http::{Method, Request};
use local_template::{ACCOUNT, System};
use serde_json::Value;

use super::ANY;
use crate::Access;

/// The right to send a mail; `None` if the request is for another operation.
///
/// On AWS the identity is the address or the domain, whichever is verified. Nothing is verified on one machine: it is the
/// address here.
pub(super) fn access(system: &System, request: &Request<Bytes>) -> Option<Access> {
    if request.method() != Method::POST || request.uri().path() != local_ses::SEND_EMAIL {
        return None;
    }
    let body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
    let resource = body["FromEmailAddress"].as_str().map_or_else(
        || ANY.to_owned(),
        |from| format!("arn:aws:ses:{}:{ACCOUNT}:identity/{}", system.region, local_ses::bare_address(from)),
    );
    Some(Access::new("ses:SendEmail", resource))
}
