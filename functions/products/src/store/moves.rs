//! Moving a hold from one state to another: one transaction, conditional on the state it starts in, with the units and
//! the event that go along.

use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use aws_sdk_dynamodb::types::{ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update};
use contracts::reserve_stock::PricedLine;
use serde::Deserialize;
use tables::{Cancellation, FailedCondition, StoreError};

use super::{Holds, number, read, text};
use crate::domain::hold::{Hold, Move, State, StockEvent, Units};

/// What became of a move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Made {
    /// It was made.
    Done,
    /// The hold is not in the state the move starts in.
    Changed,
    /// There are not enough units for this line.
    Short {
        /// The line.
        line: PricedLine,
        /// How many units there are.
        available: u64,
    },
    /// Another transaction was in the way.
    Contended,
}

/// As much of a product as a refusal tells.
#[derive(Deserialize)]
struct InStock {
    stock: u64,
}

impl Holds {
    /// Makes a move of a hold, with its units and its event. `until` is when it expires, if it is held from now on.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn make(
        &self,
        hold: &Hold,
        step: Move,
        event: Option<&StockEvent>,
        until: Option<u64>,
    ) -> Result<Made, StoreError> {
        let mut lines: Vec<&PricedLine> = match step.units() {
            Units::Stay => Vec::new(),
            Units::Leave | Units::Return => hold.items.iter().collect(),
        };
        loop {
            let mut actions = vec![update(self.state(hold, step, event, until)?)?];
            for line in &lines {
                actions.push(update(self.units(line, step.units()))?);
            }
            let failed = match self.client.transact_write_items().set_transact_items(Some(actions)).send().await {
                Ok(_) => return Ok(Made::Done),
                Err(error) => match Cancellation::from_error(error)? {
                    Cancellation::Conflict => return Ok(Made::Contended),
                    Cancellation::Conditions(failed) => failed,
                },
            };
            match failed.into_iter().next() {
                Some(FailedCondition { action: place @ 1.., item }) if step.units() == Units::Leave => {
                    let available = item.map(read::<InStock>).transpose()?.map_or(0, |found| found.stock);
                    return Ok(Made::Short { line: lines[place - 1].clone(), available });
                }
                // Someone deleted the product by hand: there is nothing its units could go back to.
                Some(FailedCondition { action: place @ 1.., .. }) => drop(lines.remove(place - 1)),
                _ => return Ok(Made::Changed),
            }
        }
    }

    /// Tells that an expired hold will not be settled. It stays expired. False if it is not expired any more.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn reject(&self, hold: &Hold, event: &StockEvent) -> Result<bool, StoreError> {
        let stay = Move { from: State::Expired, to: State::Expired };
        match self.make(hold, stay, Some(event), None).await? {
            Made::Done => Ok(true),
            Made::Changed | Made::Contended | Made::Short { .. } => Ok(false),
        }
    }

    fn state(
        &self,
        hold: &Hold,
        step: Move,
        event: Option<&StockEvent>,
        until: Option<u64>,
    ) -> Result<UpdateBuilder, StoreError> {
        let mut set = "SET #state = :to".to_owned();
        let mut update = Update::builder()
            .table_name(&self.table)
            .key("orderId", text(&hold.order_id))
            .condition_expression("#state = :from")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":from", text(step.from.as_str()))
            .expression_attribute_values(":to", text(step.to.as_str()));
        if let Some(event) = event {
            set.push_str(", #event = :event");
            update = update.expression_attribute_names("#event", events::ATTRIBUTE).expression_attribute_values(
                ":event",
                serde_dynamo::to_attribute_value(event).map_err(StoreError::item)?,
            );
        }
        if let Some(until) = until {
            set.push_str(", expiresAt = :until");
            update = update.expression_attribute_values(":until", number(until));
        } else {
            set.push_str(" REMOVE expiresAt");
        }
        if let (State::Expired, Some(seen)) = (step.to, hold.expires_at) {
            // Held again meanwhile, until some other time: that is not the hold whose time was over.
            update = update
                .condition_expression("#state = :from AND expiresAt = :seen")
                .expression_attribute_values(":seen", number(seen));
        }
        Ok(update.update_expression(set))
    }

    fn units(&self, line: &PricedLine, units: Units) -> UpdateBuilder {
        if units == Units::Leave {
            stock(&self.products, line, '-')
                .condition_expression("stock >= :quantity")
                .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        } else {
            stock(&self.products, line, '+').condition_expression("attribute_exists(id)")
        }
    }
}

/// Units of a line that come or go.
pub(super) fn stock(products: &str, line: &PricedLine, sign: char) -> UpdateBuilder {
    Update::builder()
        .table_name(products)
        .key("id", text(&line.product_id))
        .update_expression(format!("SET stock = stock {sign} :quantity"))
        .expression_attribute_values(":quantity", number(line.quantity))
}

pub(super) fn update(update: UpdateBuilder) -> Result<TransactWriteItem, StoreError> {
    Ok(TransactWriteItem::builder().update(update.build().map_err(StoreError::item)?).build())
}
