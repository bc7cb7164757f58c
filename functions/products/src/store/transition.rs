//! Applying a hold's transition: one transaction, conditional on the hold's state, that also moves the units and
//! writes the event.

use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use aws_sdk_dynamodb::types::{ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update};
use contracts::reserve_stock::PricedLine;
use serde::Deserialize;
use tables::{Cancellation, FailedCondition, StoreError, number, string};

use super::Holds;
use crate::domain::hold::{Hold, State, StockEffect, StockEvent, Transition};

/// The outcome of a transition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was applied.
    Applied,
    /// The hold is no longer in the state the transition starts from.
    StateChanged,
    /// A line needs more units than the product has.
    InsufficientStock {
        /// The line.
        line: PricedLine,
        /// Units that are available.
        available: u64,
    },
    /// Another transaction was at the same items: nothing was written.
    Conflict,
}

/// The product's attribute that a refusal reports.
#[derive(Deserialize)]
struct ProductStock {
    stock: u64,
}

impl Holds {
    /// Applies a transition with its units and its event. `expires_at` (seconds since the epoch) is for a transition
    /// to [`State::Held`].
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn apply(
        &self,
        hold: &Hold,
        transition: Transition,
        event: Option<&StockEvent>,
        expires_at: Option<u64>,
    ) -> Result<Outcome, StoreError> {
        let effect = transition.stock_effect();
        let mut lines: Vec<&PricedLine> = match effect {
            StockEffect::None => Vec::new(),
            StockEffect::Take | StockEffect::Return => hold.items.iter().collect(),
        };
        loop {
            let mut actions = vec![action(self.update_hold(hold, transition, event, expires_at)?)?];
            for line in &lines {
                actions.push(action(self.update_stock(line, effect))?);
            }
            let failed = match self.client.transact_write_items().set_transact_items(Some(actions)).send().await {
                Ok(_) => return Ok(Outcome::Applied),
                Err(error) => match Cancellation::from_error(error)? {
                    Cancellation::Conflict => return Ok(Outcome::Conflict),
                    Cancellation::Conditions(failed) => failed,
                },
            };
            // Action 0 is the hold's, the others are the lines' in their order.
            match failed.into_iter().next() {
                Some(FailedCondition { action: action @ 1.., item }) if effect == StockEffect::Take => {
                    let product: Option<ProductStock> = item.map(serde_dynamo::from_item).transpose()?;
                    let available = product.map_or(0, |product| product.stock);
                    return Ok(Outcome::InsufficientStock { line: lines[action - 1].clone(), available });
                }
                // The product was deleted by hand, so there is no stock to return the units to.
                Some(FailedCondition { action: action @ 1.., .. }) => drop(lines.remove(action - 1)),
                _ => return Ok(Outcome::StateChanged),
            }
        }
    }

    /// Writes the event that an expired hold will not be settled, and leaves the hold expired. False if it is no longer
    /// expired or another transaction was at it.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn reject(&self, hold: &Hold, event: &StockEvent) -> Result<bool, StoreError> {
        let unchanged = Transition { from: State::Expired, to: State::Expired };
        Ok(self.apply(hold, unchanged, Some(event), None).await? == Outcome::Applied)
    }

    fn update_hold(
        &self,
        hold: &Hold,
        transition: Transition,
        event: Option<&StockEvent>,
        expires_at: Option<u64>,
    ) -> Result<UpdateBuilder, StoreError> {
        let mut set = "SET #state = :to".to_owned();
        let mut update = Update::builder()
            .table_name(&self.table)
            .key("orderId", string(&hold.order_id))
            .condition_expression("#state = :from")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":from", string(transition.from.as_str()))
            .expression_attribute_values(":to", string(transition.to.as_str()));
        if let Some(event) = event {
            set.push_str(", #event = :event");
            update = update
                .expression_attribute_names("#event", events::ATTRIBUTE)
                .expression_attribute_values(":event", serde_dynamo::to_attribute_value(event)?);
        }
        if let Some(expires_at) = expires_at {
            set.push_str(", expiresAt = :until");
            update = update.expression_attribute_values(":until", number(expires_at));
        } else {
            set.push_str(" REMOVE expiresAt");
        }
        if let (State::Expired, Some(seen)) = (transition.to, hold.expires_at) {
            // A hold that was taken again since has another expiry, and must not expire before it.
            update = update
                .condition_expression("#state = :from AND expiresAt = :seen")
                .expression_attribute_values(":seen", number(seen));
        }
        Ok(update.update_expression(set))
    }

    fn update_stock(&self, line: &PricedLine, effect: StockEffect) -> UpdateBuilder {
        if effect == StockEffect::Take {
            change_stock(&self.products, line, '-')
                .condition_expression("stock >= :quantity")
                .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        } else {
            change_stock(&self.products, line, '+').condition_expression("attribute_exists(id)")
        }
    }
}

/// Adds (`+`) a line's units to its product's stock, or takes them (`-`).
pub(super) fn change_stock(products: &str, line: &PricedLine, sign: char) -> UpdateBuilder {
    Update::builder()
        .table_name(products)
        .key("id", string(&line.product_id))
        .update_expression(format!("SET stock = stock {sign} :quantity"))
        .expression_attribute_values(":quantity", number(line.quantity))
}

/// An update as an action of a transaction.
pub(super) fn action(update: UpdateBuilder) -> Result<TransactWriteItem, StoreError> {
    Ok(TransactWriteItem::builder().update(update.build()?).build())
}
