//! Changing the stock of a product.
//!
//! A change is not idempotent: taking five units twice takes ten. So it is sent again only if the error says that
//! nothing was written. The SDK also retries after a lost response, so its retries are off for this one call. After a
//! lost response the product is read: if it names this change as its last one, the change was made. If not, nobody can
//! tell (another change may have followed, or this one may still arrive), and the client gets a 503. A client that sends a
//! key can try again: [`Products::planned_change`] is a part of the transaction that writes the key's record.

use std::collections::BTreeSet;

use aws::retry::RetryBudget;
use aws_sdk_dynamodb::config::Builder;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure, Update};
use envelope::EntityTag;
use serde::Deserialize;
use tables::{Item, StoreError, number, string};
use uuid::Uuid;

use super::Products;
use crate::domain::stock::{self, StockChange};
use crate::domain::version::{RevisionCondition, version};

/// The error codes after which nothing was written and a retry may succeed ("Error handling with DynamoDB").
const NOT_WRITTEN: &[&str] = &[
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
    "TransactionConflictException",
];

/// The stock around a change, in units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StockLevel {
    /// Before the change.
    pub previous: u64,
    /// After it.
    pub new: u64,
}

/// Why a change was not made.
#[derive(Debug, thiserror::Error)]
pub enum StockError {
    /// There is no such product.
    #[error("no such product")]
    NotFound,
    /// The product has another revision than the condition demands.
    #[error("the product is in version {current}")]
    Edited {
        /// The product's version.
        current: EntityTag,
    },
    /// The stock is less than the units to take.
    #[error("only {current} units")]
    Insufficient {
        /// Units in stock.
        current: u64,
    },
    /// The stock would rise above [`stock::MAX`].
    #[error("already {current} units")]
    TooMany {
        /// Units in stock.
        current: u64,
    },
    /// The call failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The stock and the last change of it. A sale does not count as a change.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StockItem {
    stock: u64,
    /// The stock before the last change.
    stock_before: Option<u64>,
    /// Id of the last change.
    stock_change: Option<String>,
    /// [`Product::revision`](crate::domain::product::Product::revision), which the response to a change leaves out.
    #[serde(default)]
    revision: u64,
}

/// The outcome of sending a change once.
enum Sent {
    /// The change was made.
    Made(StockLevel),
    /// Nothing was written, and the change may be sent again.
    NotWritten,
    /// The change may have been made.
    Unknown(StoreError),
}

impl Products {
    /// Changes the stock, in one round trip: a failed condition returns the item that the refusal describes.
    ///
    /// # Errors
    /// [`StockError`]
    pub async fn change_stock(
        &self,
        id: &str,
        change: StockChange,
        condition: &RevisionCondition,
        mut retries: RetryBudget,
    ) -> Result<StockLevel, StockError> {
        let change_id = Uuid::now_v7().to_string();
        loop {
            match self.send_change(id, change, condition, &change_id).await? {
                Sent::Made(level) => return Ok(level),
                Sent::NotWritten => retries.pause().await.map_err(StoreError::from)?,
                Sent::Unknown(error) => {
                    tracing::warn!(productId = id, cause = %error, "the outcome of a stock change is unknown");
                    let level = self.read_back(id, change, &change_id).await.unwrap_or_else(|cause| {
                        tracing::warn!(productId = id, %cause, "the product could not be read back");
                        None
                    });
                    return level.ok_or_else(|| error.into());
                }
            }
        }
    }

    /// The change of the stock that the product has now, and the update that makes it if neither the stock nor the revision has
    /// changed since.
    ///
    /// # Errors
    /// [`StockError`]
    pub async fn planned_change(
        &self,
        id: &str,
        change: StockChange,
        condition: &RevisionCondition,
    ) -> Result<(StockLevel, Update), StockError> {
        let product = self.find(id).await?.ok_or(StockError::NotFound)?;
        if !condition.holds(product.revision) {
            return Err(StockError::Edited { current: product.version() });
        }
        let current = product.stock;
        let new = match change {
            StockChange::Decrease(quantity) => current.checked_sub(quantity.units()),
            StockChange::Increase(quantity) => Some(current + quantity.units()).filter(|new| *new <= stock::MAX),
        };
        let new = new.ok_or_else(|| refusal(change, current))?;
        let update = Update::builder()
            .table_name(&self.table)
            .key("id", string(id))
            .update_expression("SET stock = :new, stockBefore = :current, stockChange = :change")
            .condition_expression("stock = :current AND revision = :revision")
            .expression_attribute_values(":new", number(new))
            .expression_attribute_values(":current", number(current))
            .expression_attribute_values(":revision", number(product.revision))
            .expression_attribute_values(":change", string(Uuid::now_v7().to_string()));
        Ok((StockLevel { previous: current, new }, update.build().map_err(StoreError::from)?))
    }

    async fn send_change(
        &self,
        id: &str,
        change: StockChange,
        revisions: &RevisionCondition,
        change_id: &str,
    ) -> Result<Sent, StockError> {
        let units = change.units();
        let (sign, condition, limit) = match change {
            StockChange::Decrease(_) => ('-', "stock >= :limit", units),
            StockChange::Increase(_) => ('+', "stock <= :limit", stock::MAX.saturating_sub(units)),
        };
        let mut update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("id", string(id))
            .update_expression(format!("SET stock = stock {sign} :units, stockBefore = stock, stockChange = :change"))
            .expression_attribute_values(":units", number(units))
            .expression_attribute_values(":limit", number(limit))
            .expression_attribute_values(":change", string(change_id))
            .return_values(ReturnValue::UpdatedNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let mut condition = condition.to_owned();
        if let RevisionCondition::OneOf(revisions) = revisions {
            // No product has revision 0: a list without revisions is met by none.
            let names: Vec<String> = (0..revisions.len().max(1)).map(|number| format!(":revision{number}")).collect();
            condition.push_str(&format!(" AND revision IN ({})", names.join(", ")));
            let none = BTreeSet::from([0]);
            let values = if revisions.is_empty() { &none } else { revisions };
            for (name, revision) in names.into_iter().zip(values) {
                update = update.expression_attribute_values(name, number(revision));
            }
        }
        let update = update.condition_expression(condition);
        let once = Builder::new().retry_config(RetryConfig::disabled());
        let error = match update.customize().config_override(once).send().await {
            Ok(output) => {
                let item: StockItem = read_item(output.attributes.unwrap_or_default())?;
                let level = item.level_after(change, change_id);
                return level
                    .map(Sent::Made)
                    .ok_or_else(|| StoreError::item("the response is of another change").into());
            }
            Err(error) => error,
        };
        if let Some(UpdateItemError::ConditionalCheckFailedException(failed)) = error.as_service_error() {
            let item: StockItem = read_item(failed.item.clone().ok_or(StockError::NotFound)?)?;
            let StockItem { stock: current, revision, .. } = item;
            if !revisions.holds(revision) {
                return Err(StockError::Edited { current: version(revision, current) });
            }
            return Err(refusal(change, current));
        }
        match &error {
            SdkError::ConstructionFailure(_) => Err(StoreError::from(error).into()),
            SdkError::ServiceError(service) if service.raw().status().is_client_error() => match service.err().code() {
                Some(code) if NOT_WRITTEN.contains(&code) => Ok(Sent::NotWritten),
                _ => Err(StoreError::from(error).into()),
            },
            // Timed out, unreachable, disconnected or 5xx.
            _ => Ok(Sent::Unknown(StoreError::busy(DisplayErrorContext(error).to_string()))),
        }
    }

    /// The stock around a change, if it is the product's last change. The SDK may retry this read.
    async fn read_back(
        &self,
        id: &str,
        change: StockChange,
        change_id: &str,
    ) -> Result<Option<StockLevel>, StoreError> {
        let get = self.client.get_item().table_name(&self.table).key("id", string(id)).consistent_read(true);
        let item: Option<StockItem> = get.send().await?.item.map(serde_dynamo::from_item).transpose()?;
        Ok(item.and_then(|item| item.level_after(change, change_id)))
    }
}

impl StockItem {
    /// The stock around a change, if it is the last one. Sales since then are left out.
    fn level_after(&self, change: StockChange, change_id: &str) -> Option<StockLevel> {
        let previous = self.stock_before.filter(|_| self.stock_change.as_deref() == Some(change_id))?;
        let new = match change {
            StockChange::Decrease(quantity) => previous.checked_sub(quantity.units())?,
            StockChange::Increase(quantity) => previous + quantity.units(),
        };
        Some(StockLevel { previous, new })
    }
}

/// Why a stock of `current` units can't be changed.
fn refusal(change: StockChange, current: u64) -> StockError {
    match change {
        StockChange::Decrease(_) => StockError::Insufficient { current },
        StockChange::Increase(_) => StockError::TooMany { current },
    }
}

fn read_item(item: Item) -> Result<StockItem, StoreError> {
    Ok(serde_dynamo::from_item(item)?)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use envelope::decode::FromField;
    use local_testing::FaultKind;
    use serde_json::json;
    use tables::conflict_retries;

    use super::*;
    use crate::domain::stock::Quantity;
    use crate::store::tests::TestStores;

    #[tokio::test]
    async fn a_change_whose_answer_was_lost_is_sent_once_also_when_another_came_since() {
        let stores = TestStores::new().await;
        let lamp = stores.stocked(10).await;
        let four = Quantity::from_field(&json!(4)).unwrap();
        let any = RevisionCondition::Any;
        let (down, up) = (StockChange::Decrease(four), StockChange::Increase(four));
        stores.fail("UpdateItem", FaultKind::AnswerLost, 1);
        stores.calls();
        let sent = stores.products.send_change(&lamp.id, down, &any, "c1").await.unwrap();
        assert!(matches!(sent, Sent::Unknown(StoreError::Busy { .. })));
        let made = StockLevel { previous: 10, new: 6 };
        assert_eq!(stores.products.read_back(&lamp.id, down, "c1").await.unwrap(), Some(made));
        let level = stores.products.change_stock(&lamp.id, up, &any, conflict_retries(Duration::from_secs(1))).await;
        assert_eq!(level.unwrap(), StockLevel { previous: 6, new: 10 });
        assert_eq!(stores.products.read_back(&lamp.id, down, "c1").await.unwrap(), None);
        assert_eq!(stores.calls(), [("GetItem".to_owned(), 2), ("UpdateItem".to_owned(), 2)]);
        assert_eq!(stores.stock(&lamp).await, 10);
    }
}
