//! The snapshots of the data folder.

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use local_snapshots::Name;
use serde::Deserialize;
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::{Failure, body, failed, value};
use crate::error::Error;
use crate::snapshots::Snapshots;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Take {
    /// Without one, it is named after the moment.
    name: Option<String>,
}

/// Lists, takes, restores or deletes snapshots.
pub async fn control(snapshots: &Snapshots, request: &Request<Bytes>, path: &[&str]) -> Result<Value, Failure> {
    match (request.method(), path) {
        (&Method::GET, []) => value(&snapshots.list().await.map_err(failure)?),
        (&Method::POST, []) => {
            let Take { name } = body(request)?;
            let name = name.map_or_else(|| Ok(Name::at(OffsetDateTime::now_utc())), |name| named(&name))?;
            value(&snapshots.take(name).await.map_err(failure)?)
        }
        (&Method::POST, [name, "restore"]) => {
            let name = named(name)?;
            let before = snapshots.restore(name.clone()).await.map_err(failure)?;
            Ok(json!({"restored": name, "before": before}))
        }
        (&Method::DELETE, [name]) => {
            snapshots.delete(named(name)?).await.map_err(failure)?;
            Ok(Value::Null)
        }
        _ => Err((StatusCode::NOT_FOUND, "no such control".to_owned())),
    }
}

fn named(name: &str) -> Result<Name, Failure> {
    name.parse().map_err(|error: local_snapshots::Error| failure(error.into()))
}

fn failure(error: Error) -> Failure {
    use local_snapshots::Error as Snapshot;
    let status = match &error {
        Error::Snapshots(Snapshot::Name(_)) => StatusCode::BAD_REQUEST,
        Error::Snapshots(Snapshot::Unknown { .. }) => StatusCode::NOT_FOUND,
        Error::Snapshots(Snapshot::Taken(_) | Snapshot::Format(_) | Snapshot::Damaged { .. }) => StatusCode::CONFLICT,
        Error::Unfit { .. } | Error::OtherTemplate { .. } => StatusCode::CONFLICT,
        Error::Stopping => StatusCode::SERVICE_UNAVAILABLE,
        _ => return failed(error),
    };
    (status, error.to_string())
}
