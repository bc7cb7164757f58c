//! What may be shown of a secret: everything but its values.

use serde::Serialize;

use crate::{Error, SecretsManager};
use local_template::SecretValue;

/// A secret and its versions.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Its name.
    pub name: String,
    /// Whether its value is generated: then it can be rotated. Else the template gives the value.
    pub generated: bool,
    /// Its versions, newest first.
    pub versions: Vec<VersionSummary>,
}

/// A version of a secret.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VersionSummary {
    /// Its id.
    pub id: String,
    /// Its staging labels, such as `AWSCURRENT`.
    pub stages: Vec<String>,
    /// When it was made, in milliseconds since 1970.
    pub created: i64,
}

impl SecretsManager {
    /// All secrets, in the template's order.
    ///
    /// # Errors
    /// [`Error::Io`] if they can't be read.
    pub async fn describe(&self) -> Result<Vec<Summary>, Error> {
        let mut all = Vec::new();
        for index in 0..self.secrets().len() {
            let summary = self.read(index, |secret, record| {
                let versions = record.versions().iter().rev().map(|version| VersionSummary {
                    id: version.id.clone(),
                    stages: version.stages.iter().cloned().collect(),
                    created: version.created,
                });
                let generated = matches!(secret.value, SecretValue::Generated { .. });
                Ok(Summary { name: secret.name.clone(), generated, versions: versions.collect() })
            });
            all.push(summary.await?);
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use local_template::Secret;

    use super::*;

    #[tokio::test]
    async fn versions_are_told_and_values_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let secret = |name: &str, value| Secret { name: name.to_owned(), arn: format!("arn:{name}"), value };
        let alphabet = "a".to_owned();
        let generated = SecretValue::Generated { length: 32, alphabet, require: Vec::new(), template: None };
        let given = SecretValue::Given("given value".to_owned());
        let secrets = [secret("Key", generated), secret("Given", given)];
        let manager = SecretsManager::open(folder.path(), &secrets).unwrap();
        let second = manager.rotate("Key").await.unwrap();
        let told = manager.describe().await.unwrap();
        assert_eq!(told.iter().map(|secret| secret.generated).collect::<Vec<_>>(), [true, false]);
        assert_eq!(
            (told[0].versions[0].id.as_str(), told[0].versions[0].stages.as_slice()),
            (second.as_str(), &["AWSCURRENT".to_owned()][..])
        );
        assert_eq!(told[0].versions[1].stages, ["AWSPREVIOUS"]);
        let text = serde_json::to_string(&told).unwrap();
        assert!(!text.contains("given value") && !text.contains("aaaa"), "{text}");
    }
}
