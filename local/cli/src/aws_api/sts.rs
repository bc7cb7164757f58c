//! AWS STS: who a caller is, which tools ask first. STS API Reference: "GetCallerIdentity".

use bytes::Bytes;
use http::Response;
use local_template::ACCOUNT;
use serde::Serialize;

use super::call::Call;
use super::query;
use super::refusal::Refusal;

const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Identity {
    arn: String,
    user_id: String,
    account: &'static str,
}

/// Answers a request for STS.
pub fn answer(call: &Call<'_>) -> Result<Response<Bytes>, Refusal> {
    match call.parameter("Action").unwrap_or_default().as_str() {
        // "No permissions are required to perform this operation."
        operation @ "GetCallerIdentity" => Ok(query::answer(NAMESPACE, operation, &identity(call))),
        other => Err(call.not_emulated(other, &["GetCallerIdentity"])),
    }
}

/// A function is its role, in a session named after the function. Everyone else is the account's owner.
fn identity(call: &Call<'_>) -> Identity {
    match call.caller {
        None => Identity { arn: format!("arn:aws:iam::{ACCOUNT}:root"), user_id: ACCOUNT.to_owned(), account: ACCOUNT },
        Some(function) => {
            Identity { arn: call.stack.iam.user(function), user_id: format!("AROALOCAL:{function}"), account: ACCOUNT }
        }
    }
}
