//! Changing how much there is of a product.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};
use serde::Deserialize;
use tables::StoreError;
use uuid::Uuid;

use super::contention::Patience;
use super::{Products, number, read, text};
use crate::stock::{self, StockChange};

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

/// The stock, and by which change it last came about: a change that is sent twice is made once.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StockItem {
    stock: u64,
    stock_before: Option<u64>,
    stock_change: Option<String>,
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
        mut patience: Patience,
    ) -> Result<StockLevel, StockError> {
        // An update whose answer was lost is sent again: by this it is known that it was made. (Unless another change
        // of the same product's stock came in between the two; a sale is none.)
        let change_id = Uuid::now_v7().to_string();
        loop {
            match self.try_stock(id, change, &change_id).await {
                Err(StockError::Store(StoreError::Busy { .. })) => patience.pause().await?,
                outcome => return outcome,
            }
        }
    }

    async fn try_stock(&self, id: &str, change: StockChange, change_id: &str) -> Result<StockLevel, StockError> {
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
            .condition_expression(format!(
                "{condition} AND (attribute_not_exists(stockChange) OR stockChange <> :change)"
            ))
            .expression_attribute_values(":units", number(units))
            .expression_attribute_values(":limit", number(limit))
            .expression_attribute_values(":change", text(change_id))
            .return_values(ReturnValue::UpdatedNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let found = match update.send().await {
            Ok(output) => output.attributes,
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => failed.item.clone(),
                _ => return Err(StoreError::from(error).into()),
            },
        };
        let found: StockItem = read(found.ok_or(StockError::NotFound)?)?;
        match found {
            StockItem { stock_before: Some(previous), stock_change: Some(last), .. } if last == change_id => {
                let new = match change {
                    StockChange::Decrease(_) => previous - units,
                    StockChange::Increase(_) => previous + units,
                };
                Ok(StockLevel { previous, new })
            }
            StockItem { stock: current, .. } => Err(match change {
                StockChange::Decrease(_) => StockError::Insufficient { current },
                StockChange::Increase(_) => StockError::TooMany { current },
            }),
        }
    }
}
