//! DescribeSecret and ListSecrets: everything about secrets but their values.

use std::collections::{BTreeMap, BTreeSet};

use local_template::Secret;
use serde::{Deserialize, Serialize};

use super::field::{required, seconds};
use crate::secret::Record;
use crate::{Error, SecretsManager};

const MAX_RESULTS: usize = 100;

/// The labels of each version, by its id.
type Stages = BTreeMap<String, BTreeSet<String>>;

#[derive(Deserialize)]
pub(super) struct Describe {
    #[serde(rename = "SecretId")]
    id: Option<String>,
}

/// The fields that both operations return.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Description {
    #[serde(rename = "ARN")]
    arn: String,
    name: String,
    created_date: f64,
    last_changed_date: f64,
    rotation_enabled: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Described {
    #[serde(flatten)]
    description: Description,
    version_ids_to_stages: Stages,
}

pub(super) async fn one(manager: &SecretsManager, describe: Describe) -> Result<Described, Error> {
    let index = manager.find(&required(describe.id, "SecretId")?)?;
    let (description, version_ids_to_stages) =
        manager.read(index, |secret, record| Ok(description(secret, record))).await?;
    Ok(Described { description, version_ids_to_stages })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct List {
    max_results: Option<usize>,
    next_token: Option<String>,
    #[serde(default)]
    filters: Vec<serde::de::IgnoredAny>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Listed {
    secret_list: Vec<Entry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    #[serde(flatten)]
    description: Description,
    secret_versions_to_stages: Stages,
}

/// In the template's order. The token is the index of the next page's first secret.
pub(super) async fn all(manager: &SecretsManager, list: List) -> Result<Listed, Error> {
    let refused = |why: &str| Error::InvalidParameter(why.into());
    if !list.filters.is_empty() {
        return Err(refused("Filters are not emulated: leave them out."));
    }
    let max = list.max_results.unwrap_or(MAX_RESULTS);
    if !(1..=MAX_RESULTS).contains(&max) {
        return Err(refused("MaxResults must be between 1 and 100."));
    }
    let start: usize = match list.next_token {
        None => 0,
        Some(token) => token.parse().map_err(|_| refused("NextToken is invalid."))?,
    };
    let end = manager.secrets().len().min(start.saturating_add(max));
    let mut secret_list = Vec::new();
    for index in start..end {
        let (description, secret_versions_to_stages) =
            manager.read(index, |secret, record| Ok(description(secret, record))).await?;
        secret_list.push(Entry { description, secret_versions_to_stages });
    }
    let next_token = (end < manager.secrets().len()).then(|| end.to_string());
    Ok(Listed { secret_list, next_token })
}

fn description(secret: &Secret, record: &Record) -> (Description, Stages) {
    let stages = record.stages().into_iter().map(|(id, stages)| (id.to_owned(), stages.clone())).collect();
    let description = Description {
        arn: secret.arn.clone(),
        name: secret.name.clone(),
        created_date: seconds(record.created),
        last_changed_date: seconds(record.changed()),
        rotation_enabled: false,
    };
    (description, stages)
}
