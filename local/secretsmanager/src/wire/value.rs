//! GetSecretValue and PutSecretValue.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::field::{required, seconds};
use crate::manager::{new_id, now_ms};
use crate::secret;
use crate::value::Value;
use crate::{Error, SecretsManager};

/// The most bytes a value may have.
const MAX_BYTES: usize = 65_536;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Get {
    secret_id: Option<String>,
    version_id: Option<String>,
    version_stage: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Got {
    #[serde(rename = "ARN")]
    arn: String,
    name: String,
    version_id: String,
    secret_string: Value,
    version_stages: BTreeSet<String>,
    created_date: f64,
}

pub(super) async fn get(manager: &SecretsManager, get: Get) -> Result<Got, Error> {
    let index = manager.find(&required(get.secret_id, "SecretId")?)?;
    manager
        .read(index, move |secret, record| {
            let version = record.version(get.version_id.as_deref(), get.version_stage.as_deref())?;
            Ok(Got {
                arn: secret.arn.clone(),
                name: secret.name.clone(),
                version_id: version.id.clone(),
                secret_string: version.value.clone(),
                version_stages: version.stages.clone(),
                created_date: seconds(version.created),
            })
        })
        .await
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Put {
    secret_id: Option<String>,
    client_request_token: Option<String>,
    secret_string: Option<Value>,
    secret_binary: Option<Value>,
    version_stages: Option<BTreeSet<String>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Done {
    #[serde(rename = "ARN")]
    arn: String,
    name: String,
    version_id: String,
    version_stages: BTreeSet<String>,
}

pub(super) async fn put(manager: &SecretsManager, put: Put) -> Result<Done, Error> {
    let refused = |why: &str| Err(Error::InvalidParameter(why.into()));
    let index = manager.find(&required(put.secret_id, "SecretId")?)?;
    if put.secret_binary.is_some() {
        return refused("SecretBinary is not emulated: give a SecretString.");
    }
    let value = required(put.secret_string, "SecretString")?;
    if !(1..=MAX_BYTES).contains(&value.reveal().len()) {
        return refused("SecretString must have 1 to 65536 bytes.");
    }
    let id = put.client_request_token.unwrap_or_else(new_id);
    if !(32..=64).contains(&id.len()) {
        return refused("ClientRequestToken must be 32-64 characters long.");
    }
    let stages = put.version_stages.unwrap_or_else(secret::current);
    if !(1..=20).contains(&stages.len()) || stages.iter().any(|stage| !(1..=256).contains(&stage.len())) {
        return refused("VersionStages must be 1 to 20 labels of 1 to 256 characters.");
    }
    manager
        .change(index, move |secret, record| {
            record.put(&id, value, &stages, now_ms())?;
            let version_stages = record.version(Some(&id), None)?.stages.clone();
            Ok(Done { arn: secret.arn.clone(), name: secret.name.clone(), version_id: id, version_stages })
        })
        .await
}
