//! The actions and resources that a request needs rights to. Service Authorization Reference: "Actions, resources, and condition
//! keys" of each service.
//!
//! A request whose resource is not recognised needs the action on `*`, which only a role that may do it to every resource
//! has.

mod dynamodb;
mod lambda;
mod secretsmanager;
mod sqs;

use bytes::Bytes;
use http::Request;
use local_template::System;
use serde_json::Value;

use crate::Access;

/// A service whose calls are authorised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    DynamoDb,
    Sqs,
    SecretsManager,
    Lambda,
}

/// The rights that a request needs, at least one; `None` if it is for none of these services.
pub(crate) fn accesses(system: &System, request: &Request<Bytes>) -> Option<(Service, Vec<Access>)> {
    if request.uri().path() != "/" {
        return Some((Service::Lambda, vec![lambda::access(system, request.uri())?]));
    }
    let target = request.headers().get("x-amz-target")?;
    // A body that is not JSON names no resource. The service itself refuses it, if the caller may do everything.
    let body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
    let (prefix, operation) = target.to_str().ok()?.split_once('.')?;
    match prefix.split('_').next()? {
        "DynamoDB" | "DynamoDBStreams" => Some((Service::DynamoDb, dynamodb::accesses(system, operation, &body))),
        "AmazonSQS" => Some((Service::Sqs, vec![sqs::access(system, operation, &body)])),
        "secretsmanager" => Some((Service::SecretsManager, vec![secretsmanager::access(system, operation, &body)])),
        _ => None,
    }
}

/// Every resource: for an action that names none.
const ANY: &str = "*";

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
