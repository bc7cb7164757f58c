//! An update that is a call of its own or a part of a transaction.

use aws::retry::RetryBudget;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::update_item::{UpdateItemError, UpdateItemOutput};
use aws_sdk_dynamodb::types::{ReturnValue, TransactWriteItem, Update};

/// An update as a part of a transaction.
pub fn action(update: Update) -> TransactWriteItem {
    TransactWriteItem::builder().update(update).build()
}

/// Sends an update as a call of its own, and returns the item after it. It is sent again, within `retries`, while a
/// transaction holds the item: DynamoDB then has written nothing, and its SDK does not retry.
///
/// # Errors
/// As [`Client::update_item`].
pub async fn update_item(
    client: &Client,
    update: Update,
    mut retries: RetryBudget,
) -> Result<UpdateItemOutput, SdkError<UpdateItemError>> {
    loop {
        let call = client
            .update_item()
            .table_name(&update.table_name)
            .set_key(Some(update.key.clone()))
            .update_expression(&update.update_expression)
            .set_condition_expression(update.condition_expression.clone())
            .set_expression_attribute_names(update.expression_attribute_names.clone())
            .set_expression_attribute_values(update.expression_attribute_values.clone())
            .set_return_values_on_condition_check_failure(update.return_values_on_condition_check_failure.clone())
            .return_values(ReturnValue::AllNew);
        let outcome = call.send().await;
        let conflict = outcome.as_ref().is_err_and(|error| {
            matches!(error.as_service_error(), Some(UpdateItemError::TransactionConflictException(_)))
        });
        if !conflict || retries.pause().await.is_err() {
            return outcome;
        }
    }
}
