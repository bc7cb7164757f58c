//! Secrets Manager. User Guide: "Actions, resources, and condition keys for AWS Secrets Manager".

use local_template::{ACCOUNT, System};
use serde::Deserialize;

use super::ANY;
use crate::Access;

/// Where a request names a secret.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Names {
    secret_id: Option<String>,
}

pub(super) fn access(system: &System, operation: &str, names: Names) -> Access {
    let resource = names.secret_id.map_or_else(|| ANY.to_owned(), |id| arn(system, &id));
    Access::new(format!("secretsmanager:{operation}"), resource)
}

/// A request names a secret by its name, its ARN, or its ARN without the six random characters.
fn arn(system: &System, id: &str) -> String {
    let means = |secret: &&local_template::Secret| {
        let partial = secret.arn.rsplit_once('-').is_some_and(|(start, _)| start == id);
        secret.name == id || secret.arn == id || partial
    };
    match system.secrets.values().find(means) {
        Some(secret) => secret.arn.clone(),
        None if id.starts_with("arn:") => id.to_owned(),
        None => format!("arn:aws:secretsmanager:{}:{ACCOUNT}:secret:{id}", system.region),
    }
}
