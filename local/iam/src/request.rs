//! Which actions on which resources a request is. Service Authorization Reference: "Actions, resources, and condition
//! keys" of each service.
//!
//! A request that names no resource, or in no way that is known here, is one on `*`: only a role that may do it to
//! everything may do it.

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

/// What a request needs: never nothing. `None` if it is none of these services'.
pub(crate) fn accesses(system: &System, request: &Request<Bytes>) -> Option<(Service, Vec<Access>)> {
    if request.uri().path() != "/" {
        return Some((Service::Lambda, vec![lambda::access(system, request.uri())?]));
    }
    let target = request.headers().get("x-amz-target")?;
    // What is not JSON names nothing; the service itself says what is wrong with it to those who may do everything.
    let body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
    let (prefix, operation) = target.to_str().ok()?.split_once('.')?;
    match prefix.split('_').next()? {
        "DynamoDB" | "DynamoDBStreams" => Some((Service::DynamoDb, dynamodb::accesses(system, operation, &body))),
        "AmazonSQS" => Some((Service::Sqs, vec![sqs::access(system, operation, &body)])),
        "secretsmanager" => Some((Service::SecretsManager, vec![secretsmanager::access(system, operation, &body)])),
        _ => None,
    }
}

/// Every resource there is: what an action is on that names none.
const ANY: &str = "*";

#[cfg(test)]
mod tests;
