//! The table of public keys.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::AttributeValue;
use envelope::timestamp;
use identity::PublicKey;
use serde::Deserialize;
use tables::{StoreError, number, string};

/// A table of public keys (key `kid`, time to live `expiresAt`).
#[derive(Debug, Clone)]
pub struct PublishedKeys {
    client: Client,
    table: String,
}

/// A public key in the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedKey {
    /// The key.
    pub key: PublicKey,
    /// No token that the key signed is valid at this time or later. In seconds since the epoch.
    pub expires_at: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    kid: String,
    x: String,
    expires_at: u64,
}

impl PublishedKeys {
    /// The table that `SIGNING_KEYS_TABLE` names.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub fn from_env() -> Result<Self, aws::ConfigError> {
        Ok(Self::new(tables::client()?, aws::required("SIGNING_KEYS_TABLE")?))
    }

    /// The table of this name.
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// Publishes a key until `expires_at`, in seconds since the epoch. A key that stays longer already is left as it is:
    /// signers that publish beside each other never shorten its time.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn publish(&self, key: &PublicKey, expires_at: u64) -> Result<(), StoreError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .item("kid", string(key.id()))
            .item("x", string(key.x()))
            .item("expiresAt", number(expires_at))
            .condition_expression("attribute_not_exists(kid) OR expiresAt < :expiresAt")
            .expression_attribute_values(":expiresAt", number(expires_at));
        match put.send().await {
            Ok(_) => Ok(()),
            Err(SdkError::ServiceError(error))
                if matches!(error.err(), PutItemError::ConditionalCheckFailedException(_)) =>
            {
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The keys that have not expired, in order of their ids. DynamoDB deletes an expired item late ("Using time to live
    /// (TTL) in DynamoDB"), so the time is compared here.
    ///
    /// The table has a key for each version of the secret in a token's lifetime: one page, mostly of one item.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn current(&self) -> Result<Vec<PublishedKey>, StoreError> {
        let mut keys = Vec::new();
        let mut start = None;
        loop {
            let scan = self.client.scan().table_name(&self.table).consistent_read(true).set_exclusive_start_key(start);
            let page = scan.send().await?;
            for item in page.items.unwrap_or_default() {
                keys.push(published(item)?);
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                break;
            }
        }
        let now = timestamp::epoch_seconds();
        keys.retain(|published: &PublishedKey| published.expires_at > now);
        keys.sort_by(|one, other| one.key.id().cmp(other.key.id()));
        Ok(keys)
    }
}

fn published(item: HashMap<String, AttributeValue>) -> Result<PublishedKey, StoreError> {
    let Item { kid, x, expires_at } = serde_dynamo::from_item(item)?;
    Ok(PublishedKey { key: PublicKey::from_x(kid, &x).map_err(StoreError::item)?, expires_at })
}

#[cfg(test)]
mod tests {
    use identity::SigningKey;
    use local_testing::Tables;

    use super::*;

    fn key(id: &str) -> PublicKey {
        SigningKey::derive(id, &[7; 32]).unwrap().public().clone()
    }

    #[tokio::test]
    async fn a_key_is_there_until_the_latest_time_that_anyone_published() {
        let tables = Tables::of_template().await;
        let keys = PublishedKeys::new(tables.client(), "SigningKeysTable".to_owned());
        assert_eq!(keys.current().await.unwrap(), []);
        let later = timestamp::epoch_seconds() + 1000;
        for expires_at in [later - 500, later, later - 1, later] {
            keys.publish(&key("b"), expires_at).await.unwrap();
        }
        keys.publish(&key("a"), later).await.unwrap();
        let published = |id| PublishedKey { key: key(id), expires_at: later };
        assert_eq!(keys.current().await.unwrap(), [published("a"), published("b")]);
    }

    #[tokio::test]
    async fn an_expired_key_counts_no_longer_though_its_item_is_still_there() {
        let tables = Tables::of_template().await;
        let keys = PublishedKeys::new(tables.client(), "SigningKeysTable".to_owned());
        keys.publish(&key("a"), timestamp::epoch_seconds()).await.unwrap();
        assert_eq!(keys.current().await.unwrap(), []);
    }
}
