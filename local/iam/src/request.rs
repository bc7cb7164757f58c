//! The actions and resources that a request needs rights to. Service Authorization Reference: "Actions, resources, and condition
//! keys" of each service.
//!
//! A request whose resource is not recognised needs the action on `*`, which only a role that may do it to every resource
//! has.

mod dynamodb;
mod lambda;
mod secretsmanager;
mod ses;
mod sqs;

use bytes::Bytes;
use http::Request;
use local_template::System;
use serde::Deserialize;

use crate::Access;

/// A service whose calls are authorised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    DynamoDb,
    Sqs,
    SecretsManager,
    Ses,
    Lambda,
}

/// The rights that a request needs, at least one; `None` if it is for none of these services.
pub(crate) fn accesses(system: &System, request: &Request<Bytes>) -> Option<(Service, Vec<Access>)> {
    // First, whatever the path: some SDKs send to a queue's URL.
    let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
    if let Some(found) = target.and_then(|target| by_target(system, target, request.body())) {
        return Some(found);
    }
    if request.uri().path().starts_with(local_ses::PATH) {
        return Some((Service::Ses, vec![ses::access(system, request)?]));
    }
    Some((Service::Lambda, vec![lambda::access(system, request.uri())?]))
}

/// The rights of a request whose operation is in `X-Amz-Target`.
fn by_target(system: &System, target: &str, body: &[u8]) -> Option<(Service, Vec<Access>)> {
    let (prefix, operation) = target.split_once('.')?;
    match prefix.split('_').next()? {
        "DynamoDB" | "DynamoDBStreams" => Some((Service::DynamoDb, dynamodb::accesses(system, operation, names(body)))),
        "AmazonSQS" => Some((Service::Sqs, vec![sqs::access(system, operation, names(body))])),
        "secretsmanager" => {
            Some((Service::SecretsManager, vec![secretsmanager::access(system, operation, names(body))]))
        }
        _ => None,
    }
}

/// What a body names, and nothing else of it. One that is not JSON, or has another type there, names no resource. The service
/// itself refuses it, if the caller may do everything.
fn names<'a, T: Deserialize<'a> + Default>(body: &'a [u8]) -> T {
    serde_json::from_slice(body).unwrap_or_default()
}

/// Every resource: for an action that names none.
const ANY: &str = "*";

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
