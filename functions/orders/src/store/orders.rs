//! The orders' table: one item an order, under its id, with the event of its latest change.
//!
//! It is keyed by the order's id alone, not by the customer, because the id is what everyone asks by: the customer
//! for one order, the product service's events, and a request sent again, whose order is its idempotency record.
//! Whose an order is stands in the item, as a condition of the writes that are only its customer's.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use contracts::payloads::OrderCreated;
use envelope::InitError;
use events::{Event, Payload};
use serde::{Deserialize, Serialize};
use tables::StoreError;

use crate::domain::order::Order;
use crate::domain::order_id::OrderId;
use crate::domain::status::{Change, Status};

/// The orders' table.
#[derive(Debug, Clone)]
pub struct Orders {
    client: Client,
    table: String,
}

/// An order with what the table knows of it besides.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The order.
    pub order: Order,
    /// Of the request that placed it.
    pub fingerprint: String,
    /// Id of the event of its latest change.
    pub event_id: String,
}

/// What became of adding an order.
#[derive(Debug)]
pub enum Inserted {
    /// It was added.
    New,
    /// Another request had added an order of this id, and it stays as it is.
    Before(Box<Stored>),
}

/// What became of changing an order.
#[derive(Debug, PartialEq, Eq)]
pub enum Changed {
    /// It was changed to this.
    Done(Order),
    /// The customer has no such order.
    NotFound,
    /// It is in a state that the change does not start from.
    Refused(Status),
}

/// An item of the table.
#[derive(Serialize)]
struct Item<'a> {
    #[serde(flatten)]
    order: &'a Order,
    fingerprint: &'a str,
    event: &'a Event<OrderCreated>,
}

/// What an item holds besides the order.
#[derive(Deserialize)]
struct Beside {
    fingerprint: String,
    event: EventId,
}

#[derive(Deserialize)]
struct EventId {
    id: String,
}

impl Orders {
    /// This table of this client's.
    pub fn at(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// The table that `ORDERS_TABLE` names.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub fn new() -> Result<Self, aws::ConfigError> {
        Ok(Self::at(tables::client()?, aws::required("ORDERS_TABLE")?))
    }

    /// As [`Orders::new`], with a first read that opens the connection while start-up has the CPU to itself. A
    /// database that does not answer yet fails the calls that need it, not the start.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub async fn connect() -> Result<Self, InitError> {
        let orders = Self::new()?;
        aws::warm_up("database", orders.ping()).await;
        Ok(orders)
    }

    /// Reads an item that is not there.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.client.get_item().table_name(&self.table).key("orderId", text("ping")).send().await?;
        Ok(())
    }

    /// The order of this id, as the latest write left it.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn find(&self, id: &OrderId) -> Result<Option<Stored>, StoreError> {
        let get = self.client.get_item().table_name(&self.table).key("orderId", text(id.as_str()));
        get.consistent_read(true).send().await?.item.map(stored).transpose()
    }

    /// Adds an order with the event of it, unless there is one of this id: both, or neither.
    ///
    /// # Errors
    /// [`StoreError`]: the order was not added, or nobody can tell yet.
    pub async fn insert(
        &self,
        order: &Order,
        fingerprint: &str,
        event: &Event<OrderCreated>,
    ) -> Result<Inserted, StoreError> {
        let item = serde_dynamo::to_item(Item { order, fingerprint, event }).map_err(StoreError::item)?;
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(orderId)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let Err(error) = put.send().await else { return Ok(Inserted::New) };
        let told = match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(failed)) => failed.item.clone(),
            _ => None,
        };
        let found = match told {
            Some(item) => Some(stored(item)?),
            // An answer that is missing says nothing of the write. What can be read does.
            None => self.find(&order.order_id).await.unwrap_or_default(),
        };
        match found {
            // The SDK tries a put again when its answer was lost, and then meets the item that it wrote itself.
            Some(stored) if stored.event_id == event.id => Ok(Inserted::New),
            Some(stored) => Ok(Inserted::Before(Box::new(stored))),
            None => Err(error.into()),
        }
    }

    /// Changes this customer's order, if its state allows it, and puts the event of that in place of the last one:
    /// both, or neither. (No event is lost by it: the stream has a record of every write.)
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn change<T: Payload>(
        &self,
        id: &OrderId,
        user_id: &str,
        change: &Change,
        event: &Event<T>,
    ) -> Result<Changed, StoreError> {
        let mut set = "SET #status = :to, #event = :event".to_owned();
        let mut update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("orderId", text(id.as_str()))
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#event", events::ATTRIBUTE)
            .expression_attribute_values(":user", text(user_id))
            .expression_attribute_values(":to", text(change.to().as_str()))
            .expression_attribute_values(":event", serde_dynamo::to_attribute_value(event).map_err(StoreError::item)?)
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        if let Some(reason) = change.reason() {
            set.push_str(", #reason = :reason");
            update = update
                .expression_attribute_names("#reason", "reason")
                .expression_attribute_values(":reason", text(reason));
        }
        let mut starts = Vec::new();
        for status in change.from() {
            let name = format!(":{}", status.as_str());
            update = update.expression_attribute_values(&name, text(status.as_str()));
            starts.push(name);
        }
        let condition = format!("userId = :user AND #status IN ({})", starts.join(", "));
        match update.update_expression(set).condition_expression(condition).send().await {
            Ok(output) => order(output.attributes.unwrap_or_default()).map(Changed::Done),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                    Ok(refusal(failed.item.clone().map(stored).transpose()?, user_id, &event.id))
                }
                _ => Err(error.into()),
            },
        }
    }
}

/// What the item that did not meet the condition says.
fn refusal(found: Option<Stored>, user_id: &str, event_id: &str) -> Changed {
    match found {
        Some(stored) if stored.order.user_id != user_id => Changed::NotFound,
        // As with a put, the SDK may meet its own write.
        Some(stored) if stored.event_id == event_id => Changed::Done(stored.order),
        Some(stored) => Changed::Refused(stored.order.status),
        None => Changed::NotFound,
    }
}

fn stored(item: HashMap<String, AttributeValue>) -> Result<Stored, StoreError> {
    let Beside { fingerprint, event } = serde_dynamo::from_item(item.clone()).map_err(StoreError::item)?;
    Ok(Stored { order: order(item)?, fingerprint, event_id: event.id })
}

fn order(item: HashMap<String, AttributeValue>) -> Result<Order, StoreError> {
    serde_dynamo::from_item(item).map_err(StoreError::item)
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}
