//! Applying a hold's transition: one write, conditional on the hold's state and generation, with the event in it; where units
//! move, a transaction that moves them too.

use aws::retry::RetryBudget;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update};
use contracts::hold_generation::HoldGeneration;
use contracts::reserve_stock::PricedLine;
use tables::{Cancellation, FailedCondition, StoreError, number, string, update_item};

use super::Holds;
use crate::domain::hold::Hold;
use crate::domain::hold_state::{SETTLE, State, StockEffect, Transition};
use crate::domain::stock_event::StockEvent;

/// The outcome of a transition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was applied.
    Applied,
    /// The hold is no longer as it was read.
    HoldChanged,
    /// A line needs more units than the product has.
    InsufficientStock,
    /// Another transaction was at the same items: nothing was written.
    Conflict,
}

/// The outcome of settling a hold that was not read.
#[derive(Debug)]
pub enum Settlement {
    /// The hold is settled, and the event is written.
    Done,
    /// Nothing was written: the hold that is there is in another state or generation, or there is none.
    NotHeld(Option<Hold>),
}

impl Holds {
    /// Settles the hold of an order, with its event, if it is held as `generation`. Nearly every hold is, so none is read
    /// before: no units move, and one conditional write without a transaction is all it takes.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn settle(
        &self,
        order_id: &str,
        generation: HoldGeneration,
        event: &StockEvent,
        retries: RetryBudget,
    ) -> Result<Settlement, StoreError> {
        let held = Expected { order_id, generation, expires_at: None };
        let update = self
            .update_hold(held, SETTLE, Some(event), None)?
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()?;
        match update_item(&self.client, update, ReturnValue::None, retries).await {
            Ok(_) => Ok(Settlement::Done),
            Err(error) => match error.as_service_error() {
                // The SDK repeats an update whose response was lost, and the repetition meets the settled hold.
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                    Ok(Settlement::NotHeld(failed.item.clone().map(serde_dynamo::from_item).transpose()?))
                }
                _ => Err(error.into()),
            },
        }
    }

    /// Applies a transition with its units and its event. `expires_at` (seconds since the epoch) is the new expiry, for a
    /// transition to [`State::Held`].
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
            let mut actions = vec![action(self.update_hold(Expected::from(hold), transition, event, expires_at)?)?];
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
                Some(FailedCondition { action: 1.., .. }) if effect == StockEffect::Take => {
                    return Ok(Outcome::InsufficientStock);
                }
                // The product was deleted by hand, so there is no stock to return the units to.
                Some(FailedCondition { action: action @ 1.., .. }) => drop(lines.remove(action - 1)),
                _ => return Ok(Outcome::HoldChanged),
            }
        }
    }

    /// Writes an event about a hold, which stays as it is. False if it changed since it was read or another transaction was
    /// at it.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn tell(&self, hold: &Hold, event: &StockEvent) -> Result<bool, StoreError> {
        Ok(self.apply(hold, hold.state.unchanged(), Some(event), None).await? == Outcome::Applied)
    }

    fn update_hold(
        &self,
        hold: Expected<'_>,
        transition: Transition,
        event: Option<&StockEvent>,
        expires_at: Option<u64>,
    ) -> Result<UpdateBuilder, StoreError> {
        let mut set = "SET #state = :to, generation = :next".to_owned();
        let mut condition = unchanged(hold.generation).to_owned();
        let mut update = Update::builder()
            .table_name(&self.table)
            .key("orderId", string(hold.order_id))
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":from", string(transition.from.as_str()))
            .expression_attribute_values(":generation", number(hold.generation.number()))
            .expression_attribute_values(":to", string(transition.to.as_str()))
            .expression_attribute_values(":next", number(transition.generation_after(hold.generation).number()));
        if let Some(event) = event {
            set.push_str(", #event = :event");
            update = update
                .expression_attribute_names("#event", events::ATTRIBUTE)
                .expression_attribute_values(":event", serde_dynamo::to_attribute_value(event)?);
        }
        if let Some(expires_at) = expires_at {
            set.push_str(", expiresAt = :until");
            update = update.expression_attribute_values(":until", number(expires_at));
        } else if transition.to != State::Held {
            set.push_str(" REMOVE expiresAt");
        }
        let changes_expiry = expires_at.is_some() || transition.to == State::Expired;
        if let (true, Some(seen)) = (changes_expiry, hold.expires_at) {
            // The hold may have got a later expiry since, and must neither expire before it nor get an earlier one.
            condition.push_str(" AND expiresAt = :seen");
            update = update.expression_attribute_values(":seen", number(seen));
        }
        Ok(update.update_expression(set).condition_expression(condition))
    }

    fn update_stock(&self, line: &PricedLine, effect: StockEffect) -> UpdateBuilder {
        if effect == StockEffect::Take {
            change_stock(&self.products, &line.product_id, line.quantity, '-')
                .condition_expression("stock >= :quantity")
        } else {
            change_stock(&self.products, &line.product_id, line.quantity, '+')
                .condition_expression("attribute_exists(id)")
        }
    }
}

/// What a hold has to be for a change of it to be made.
#[derive(Clone, Copy)]
struct Expected<'a> {
    order_id: &'a str,
    generation: HoldGeneration,
    expires_at: Option<u64>,
}

impl<'a> From<&'a Hold> for Expected<'a> {
    fn from(hold: &'a Hold) -> Self {
        Self { order_id: &hold.order_id, generation: hold.generation, expires_at: hold.expires_at }
    }
}

/// The condition that a hold is still in the state and of the generation that it was read in. Its names and values are
/// `#state`, `:from` and `:generation`. A hold from before there were generations is of the first.
pub(super) fn unchanged(generation: HoldGeneration) -> &'static str {
    match generation {
        HoldGeneration::FIRST => "#state = :from AND (generation = :generation OR attribute_not_exists(generation))",
        _ => "#state = :from AND generation = :generation",
    }
}

/// Adds units to a product's stock (`+`), or takes them (`-`).
pub(super) fn change_stock(products: &str, product_id: &str, quantity: u32, sign: char) -> UpdateBuilder {
    Update::builder()
        .table_name(products)
        .key("id", string(product_id))
        .update_expression(format!("SET stock = stock {sign} :quantity"))
        .expression_attribute_values(":quantity", number(quantity))
}

/// An update as an action of a transaction.
pub(super) fn action(update: UpdateBuilder) -> Result<TransactWriteItem, StoreError> {
    Ok(TransactWriteItem::builder().update(update.build()?).build())
}
