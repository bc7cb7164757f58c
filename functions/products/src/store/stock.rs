//! Changing how much there is of a product.
//!
//! Taking five units twice is not taking them once, so a change is sent again only if an error says that nothing was
//! written. The SDK does not know that difference and sends again after a lost answer too: for this one call its
//! retries are off. After a lost answer the product is read instead. If it names this change as its last, that was the
//! answer; else nobody can tell (another change may have come since, or this one may still arrive), and the client
//! hears 503 and looks for itself.

use aws::retry::RetryBudget;
use aws_sdk_dynamodb::config::Builder;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};
use serde::Deserialize;
use tables::StoreError;
use uuid::Uuid;

use super::{Products, number, read, text};
use crate::domain::stock::{self, StockChange};

/// "Error handling with DynamoDB": the codes that say that nothing was written, and that it may be later.
const NOT_WRITTEN: &[&str] = &[
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
    "TransactionConflictException",
];

/// How much there was of a product and is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StockLevel {
    /// Before the change.
    pub previous: u64,
    /// After it.
    pub new: u64,
}

/// A change of stock that was not made.
#[derive(Debug, thiserror::Error)]
pub enum StockError {
    /// There is no such product.
    #[error("no such product")]
    NotFound,
    /// There are fewer units than are to go.
    #[error("only {current} units")]
    Insufficient {
        /// How many there are.
        current: u64,
    },
    /// There would be more than [`stock::MAX`].
    #[error("already {current} units")]
    TooMany {
        /// How many there are.
        current: u64,
    },
    /// The call failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The stock, and by which change it last came about. (A sale is no change.)
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StockItem {
    stock: u64,
    stock_before: Option<u64>,
    stock_change: Option<String>,
}

/// What came of sending a change once.
enum Sent {
    /// It was made.
    Answered(StockLevel),
    /// Nothing was written: it may be sent again.
    NotWritten,
    /// It may have been made.
    Unknown(StoreError),
}

impl Products {
    /// Changes the stock, in one round trip: the condition decides, and what it found words the refusal.
    ///
    /// # Errors
    /// [`StockError`]
    pub async fn change_stock(
        &self,
        id: &str,
        change: StockChange,
        mut retries: RetryBudget,
    ) -> Result<StockLevel, StockError> {
        let change_id = Uuid::now_v7().to_string();
        loop {
            match self.send_change(id, change, &change_id).await? {
                Sent::Answered(level) => return Ok(level),
                Sent::NotWritten => retries.pause().await.map_err(StoreError::from)?,
                Sent::Unknown(error) => {
                    tracing::warn!(productId = id, cause = %error, "whether the stock was changed is unknown");
                    let made = self.made(id, change, &change_id).await.unwrap_or_else(|cause| {
                        tracing::warn!(productId = id, %cause, "nor could it be read back");
                        None
                    });
                    return made.ok_or_else(|| error.into());
                }
            }
        }
    }

    async fn send_change(&self, id: &str, change: StockChange, change_id: &str) -> Result<Sent, StockError> {
        let units = change.units();
        let (sign, condition, limit) = match change {
            StockChange::Decrease(_) => ('-', "stock >= :limit", units),
            StockChange::Increase(_) => ('+', "stock <= :limit", stock::MAX.saturating_sub(units)),
        };
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("id", text(id))
            .update_expression(format!("SET stock = stock {sign} :units, stockBefore = stock, stockChange = :change"))
            .condition_expression(condition)
            .expression_attribute_values(":units", number(units))
            .expression_attribute_values(":limit", number(limit))
            .expression_attribute_values(":change", text(change_id))
            .return_values(ReturnValue::UpdatedNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let once = Builder::new().retry_config(RetryConfig::disabled());
        let error = match update.customize().config_override(once).send().await {
            Ok(output) => {
                let item: StockItem = read(output.attributes.unwrap_or_default())?;
                let level = item.level_after(change, change_id);
                return level.map(Sent::Answered).ok_or_else(|| StoreError::item("not the change's own answer").into());
            }
            Err(error) => error,
        };
        if let Some(UpdateItemError::ConditionalCheckFailedException(failed)) = error.as_service_error() {
            let StockItem { stock: current, .. } = read(failed.item.clone().ok_or(StockError::NotFound)?)?;
            return Err(match change {
                StockChange::Decrease(_) => StockError::Insufficient { current },
                StockChange::Increase(_) => StockError::TooMany { current },
            });
        }
        match &error {
            SdkError::ConstructionFailure(_) => Err(StoreError::from(error).into()),
            SdkError::ServiceError(service) if service.raw().status().is_client_error() => match service.err().code() {
                Some(code) if NOT_WRITTEN.contains(&code) => Ok(Sent::NotWritten),
                _ => Err(StoreError::from(error).into()),
            },
            // Timed out, unreachable, cut off or 5xx.
            _ => Ok(Sent::Unknown(StoreError::busy(DisplayErrorContext(error).to_string()))),
        }
    }

    /// What a change came to, if it is the last that was made. Reading may be tried as often as the SDK likes.
    async fn made(&self, id: &str, change: StockChange, change_id: &str) -> Result<Option<StockLevel>, StoreError> {
        let get = self.client.get_item().table_name(&self.table).key("id", text(id)).consistent_read(true);
        let item: Option<StockItem> = get.send().await?.item.map(read).transpose()?;
        Ok(item.and_then(|item| item.level_after(change, change_id)))
    }
}

impl StockItem {
    /// What the change came to, if it is the last that was made. Units may have been sold since.
    fn level_after(&self, change: StockChange, change_id: &str) -> Option<StockLevel> {
        let previous = self.stock_before.filter(|_| self.stock_change.as_deref() == Some(change_id))?;
        let new = match change {
            StockChange::Decrease(quantity) => previous.checked_sub(quantity.units())?,
            StockChange::Increase(quantity) => previous + quantity.units(),
        };
        Some(StockLevel { previous, new })
    }
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
    use crate::store::tests::World;

    #[tokio::test]
    async fn a_change_whose_answer_was_lost_is_sent_once_also_when_another_came_since() {
        let world = World::new().await;
        let lamp = world.stocked(10).await;
        let four = Quantity::from_field(&json!(4)).unwrap();
        let (down, up) = (StockChange::Decrease(four), StockChange::Increase(four));
        world.fail("UpdateItem", FaultKind::AnswerLost, 1);
        world.calls();
        let sent = world.products.send_change(&lamp.id, down, "c1").await.unwrap();
        assert!(matches!(sent, Sent::Unknown(StoreError::Busy { .. })));
        let made = StockLevel { previous: 10, new: 6 };
        assert_eq!(world.products.made(&lamp.id, down, "c1").await.unwrap(), Some(made));
        let level = world.products.change_stock(&lamp.id, up, conflict_retries(Duration::from_secs(1))).await;
        assert_eq!(level.unwrap(), StockLevel { previous: 6, new: 10 });
        assert_eq!(world.products.made(&lamp.id, down, "c1").await.unwrap(), None);
        assert_eq!(world.calls(), [("GetItem".to_owned(), 2), ("UpdateItem".to_owned(), 2)]);
        assert_eq!(world.stock(&lamp).await, 10);
    }
}
