//! An update that is a call of its own or a part of a transaction.

use aws::retry::RetryBudget;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::update_item::{UpdateItemError, UpdateItemOutput};
use aws_sdk_dynamodb::types::{ReturnValue, TransactWriteItem, Update};

use crate::retry_conflicts_within;

/// An update as a part of a transaction.
pub fn action(update: Update) -> TransactWriteItem {
    TransactWriteItem::builder().update(update).build()
}

/// Sends an update as a call of its own, which returns these values. It is sent again, within `retries`, while a transaction
/// holds the item.
///
/// # Errors
/// As [`Client::update_item`].
pub async fn update_item(
    client: &Client,
    update: Update,
    values: ReturnValue,
    retries: RetryBudget,
) -> Result<UpdateItemOutput, SdkError<UpdateItemError>> {
    let call = client
        .update_item()
        .table_name(update.table_name)
        .set_key(Some(update.key))
        .update_expression(update.update_expression)
        .set_condition_expression(update.condition_expression)
        .set_expression_attribute_names(update.expression_attribute_names)
        .set_expression_attribute_values(update.expression_attribute_values)
        .set_return_values_on_condition_check_failure(update.return_values_on_condition_check_failure)
        .return_values(values);
    retry_conflicts_within(retries, async || call.clone().send().await).await
}
