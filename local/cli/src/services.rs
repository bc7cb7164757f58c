//! The services that keep data, each in its own folder.

use std::path::Path;

use local_dynamodb::DynamoDb;
use local_secretsmanager::SecretsManager;
use local_ses::Ses;
use local_sqs::Sqs;
use local_template::System;

use crate::error::Error;

/// The services that keep data.
pub struct Kept {
    /// The tables.
    pub dynamodb: DynamoDb,
    /// The queues.
    pub sqs: Sqs,
    /// The secrets.
    pub secrets: SecretsManager,
    /// The mails.
    pub ses: Ses,
}

impl Kept {
    /// Opens the services of a system in a data folder.
    ///
    /// # Errors
    /// Why one of them does not take its data. None of them uses it then.
    pub async fn open(system: &System, data: &Path) -> Result<Self, Error> {
        let secrets = SecretsManager::open(&data.join("secretsmanager"), system.secrets.values())?;
        let ses = Ses::open(&data.join("ses"))?;
        let sqs = Sqs::open(&data.join("sqs"), system.queues.values())?;
        let dynamodb = match DynamoDb::open(&data.join("dynamodb")) {
            Ok(dynamodb) => dynamodb,
            Err(error) => {
                sqs.close().await;
                return Err(error.into());
            }
        };
        let kept = Self { dynamodb, sqs, secrets, ses };
        for table in system.tables.values() {
            if let Err(error) = kept.dynamodb.ensure_table(table).await {
                kept.close().await;
                return Err(error.into());
            }
        }
        Ok(kept)
    }

    /// Closes them: their files are not used any more.
    pub async fn close(&self) {
        self.dynamodb.close().await;
        self.sqs.close().await;
        self.secrets.close().await;
        self.ses.close().await;
    }
}
