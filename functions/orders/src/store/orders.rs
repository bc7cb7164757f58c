//! The orders' table: one item for each order, under its id, with the event of the order's latest change.
//!
//! The key is the order's id alone, without the customer's, because every reader has that id: the customer who reads one
//! order, the events of the product service, and a request sent again, whose order is its idempotency record. Owner-only
//! writes are conditional on the item's `userId`.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};
use contracts::payloads::OrderCreated;
use events::{Event, Payload};
use serde::{Deserialize, Serialize};
use tables::{Item, StoreError, number, string};

use crate::domain::order::Order;
use crate::domain::order_id::OrderId;
use crate::domain::status::{Generations, Status, Transition};

/// The orders' table.
#[derive(Debug, Clone)]
pub struct Orders {
    client: Client,
    table: String,
}

/// An order with the rest of its item.
#[derive(Debug, Clone)]
pub struct StoredOrder {
    /// The order.
    pub order: Order,
    /// Fingerprint of the request that placed the order.
    pub fingerprint: String,
    /// Id of the event of the order's latest change.
    pub event_id: String,
}

/// The result of adding an order.
#[derive(Debug)]
pub enum Inserted {
    /// The order was added.
    Added,
    /// Another request had added an order with this id; it is unchanged.
    Exists(Box<StoredOrder>),
}

/// The result of applying a transition to an order.
#[derive(Debug, PartialEq, Eq)]
pub enum Applied {
    /// The order is now in the transition's state.
    Done(Order),
    /// The customer has no order with this id.
    NotFound,
    /// The transition does not apply to the order, whose state is this one.
    Refused(Status),
}

/// An item of the table.
#[derive(Serialize)]
struct NewItem<'a> {
    #[serde(flatten)]
    order: &'a Order,
    fingerprint: &'a str,
    event: &'a Event<OrderCreated>,
}

/// The attributes of an item that are not the order's.
#[derive(Deserialize)]
struct Metadata {
    fingerprint: String,
    event: EventId,
}

#[derive(Deserialize)]
struct EventId {
    id: String,
}

impl Orders {
    /// The orders in this table.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// The orders in the table that `ORDERS_TABLE` names.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub fn from_env() -> Result<Self, aws::ConfigError> {
        Ok(Self::new(tables::client()?, aws::required("ORDERS_TABLE")?))
    }

    /// As [`Orders::from_env`], with the connection opened if possible. If the database does not answer, the calls that need
    /// it fail, and the function starts all the same.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub async fn connect() -> Result<Self, aws::ConfigError> {
        let orders = Self::from_env()?;
        aws::warm_up("database", orders.ping()).await;
        Ok(orders)
    }

    /// Checks that the table can be read, by reading an item that does not exist.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.client.get_item().table_name(&self.table).key("orderId", string("ping")).send().await?;
        Ok(())
    }

    /// Reads the order with this id, with every write before.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn find(&self, id: &OrderId) -> Result<Option<StoredOrder>, StoreError> {
        let get = self.client.get_item().table_name(&self.table).key("orderId", string(id.as_str()));
        get.consistent_read(true).send().await?.item.map(stored).transpose()
    }

    /// Adds an order together with its event, unless there is an order with this id.
    ///
    /// # Errors
    /// [`StoreError`]: the order was not added, or whether it was is not known yet.
    pub async fn insert(
        &self,
        order: &Order,
        fingerprint: &str,
        event: &Event<OrderCreated>,
    ) -> Result<Inserted, StoreError> {
        let item = serde_dynamo::to_item(NewItem { order, fingerprint, event })?;
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(orderId)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let Err(error) = put.send().await else { return Ok(Inserted::Added) };
        let refused_by = match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(failed)) => failed.item.clone(),
            _ => None,
        };
        let existing = match refused_by {
            Some(item) => Some(stored(item)?),
            // The write may have succeeded although no response came: a read tells.
            None => self.find(&order.order_id).await.unwrap_or_default(),
        };
        match existing {
            // The SDK repeats a put whose response was lost, and the repetition meets the item of the first try.
            Some(stored) if stored.event_id == event.id => Ok(Inserted::Added),
            Some(stored) => Ok(Inserted::Exists(Box::new(stored))),
            None => Err(error.into()),
        }
    }

    /// Applies a transition to the customer's order, if it applies to it, and replaces the item's event with
    /// this one in the same write. (The replaced event is not lost: the table's stream has a record of every write.)
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn apply<T: Payload>(
        &self,
        id: &OrderId,
        user_id: &str,
        transition: &Transition,
        event: &Event<T>,
    ) -> Result<Applied, StoreError> {
        let mut set = "SET #status = :to, #event = :event".to_owned();
        let mut update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("orderId", string(id.as_str()))
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#event", events::ATTRIBUTE)
            .expression_attribute_values(":user", string(user_id))
            .expression_attribute_values(":to", string(transition.to().as_str()))
            .expression_attribute_values(":event", serde_dynamo::to_attribute_value(event)?)
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        if let Some(reason) = transition.reason() {
            set.push_str(", #reason = :reason");
            update = update
                .expression_attribute_names("#reason", "reason")
                .expression_attribute_values(":reason", string(reason));
        }
        if let Transition::Renew { hold_generation } = transition {
            set.push_str(", holdGeneration = :later");
            update = update.expression_attribute_values(":later", number(hold_generation.number()));
        }
        let mut from = Vec::new();
        for status in transition.from() {
            let name = format!(":{}", status.as_str());
            update = update.expression_attribute_values(&name, string(status.as_str()));
            from.push(name);
        }
        let mut condition = format!("userId = :user AND #status IN ({})", from.join(", "));
        let bound = match transition.generations() {
            Generations::Any => None,
            Generations::Before(generation) => Some(("<", generation)),
            Generations::UpTo(generation) => Some(("<=", generation)),
        };
        if let Some((comparison, generation)) = bound {
            // An order from before there were generations relies on the first, which is never after another.
            condition.push_str(" AND (attribute_not_exists(holdGeneration) OR holdGeneration ");
            condition.push_str(comparison);
            condition.push_str(" :generation)");
            update = update.expression_attribute_values(":generation", number(generation.number()));
        }
        match update.update_expression(set).condition_expression(condition).send().await {
            Ok(output) => order(output.attributes.unwrap_or_default()).map(Applied::Done),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                    Ok(refusal(failed.item.clone().map(stored).transpose()?, user_id, &event.id))
                }
                _ => Err(error.into()),
            },
        }
    }
}

/// Why an item did not meet the condition of a transition.
fn refusal(existing: Option<StoredOrder>, user_id: &str, event_id: &str) -> Applied {
    match existing {
        Some(stored) if stored.order.user_id != user_id => Applied::NotFound,
        // The SDK repeats an update whose response was lost, and the repetition meets the item of the first try.
        Some(stored) if stored.event_id == event_id => Applied::Done(stored.order),
        Some(stored) => Applied::Refused(stored.order.status),
        None => Applied::NotFound,
    }
}

fn stored(item: Item) -> Result<StoredOrder, StoreError> {
    let Metadata { fingerprint, event } = serde_dynamo::from_item(item.clone())?;
    Ok(StoredOrder { order: order(item)?, fingerprint, event_id: event.id })
}

fn order(item: Item) -> Result<Order, StoreError> {
    Ok(serde_dynamo::from_item(item)?)
}
