//! The orders' table: one item for each order, under its id, with the event of the order's latest change.
//!
//! The key is the order's id alone, without the customer's, because every reader has that id: the customer who reads one
//! order, the events of the product service, and a request sent again, whose order is its idempotency record. Owner-only
//! writes are conditional on the item's `userId`.

use std::collections::HashMap;
use std::time::Duration;

use aws::retry::RetryBudget;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{Put, ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update};
use contracts::payloads::OrderCreated;
use events::{Event, Payload};
use serde::{Deserialize, Serialize};
use tables::{
    Cancellation, ErasureMarks, FailedCondition, Item, StoreError, conflict_retries, number, string, update_item,
};

use crate::domain::order::Order;
use crate::domain::order_id::OrderId;
use crate::domain::status::{Generations, Status, Transition};

/// How long conflicts of an update with transactions are retried.
const CONFLICTS: Duration = Duration::from_secs(2);

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
    /// The customer was erased.
    CustomerErased,
}

/// The result of applying a transition to an order.
#[derive(Debug, PartialEq, Eq)]
pub enum Applied {
    /// The order is now in the transition's state.
    Done(Order),
    /// The customer has no order with this id. If it was just read, they were erased since.
    NotFound,
    /// The transition does not apply to the order, whose state is this one.
    Refused(Status),
}

/// What [`Orders::find`] reads of an item, as a projection expression with the names of [`projected_names`]. Of the event, only the
/// id is needed.
const PROJECTED: &str = "orderId, userId, #status, totalAmount, #items, holdGeneration, shippingAddress, createdAt, #reason, \
                         fingerprint, #event.id";

/// The placeholders of [`PROJECTED`]: `status` and `items` are reserved words.
fn projected_names() -> HashMap<String, String> {
    ["status", "items", "reason", events::ATTRIBUTE].map(|name| (format!("#{name}"), name.to_owned())).into()
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
        let get =
            self.client.get_item().table_name(&self.table).key("orderId", string(id.as_str())).consistent_read(true);
        let get = get.projection_expression(PROJECTED).set_expression_attribute_names(Some(projected_names()));
        get.send().await?.item.map(stored).transpose()
    }

    /// Adds an order together with its event, unless there is an order with this id or its customer was erased. Conflicts
    /// with other transactions are retried within `retries`: those of one customer's orders check the same mark.
    ///
    /// # Errors
    /// [`StoreError`]: the order was not added, or whether it was is not known yet.
    pub async fn insert(
        &self,
        order: &Order,
        fingerprint: &str,
        event: &Event<OrderCreated>,
        customers: &ErasureMarks,
        mut retries: RetryBudget,
    ) -> Result<Inserted, StoreError> {
        let item = serde_dynamo::to_item(NewItem { order, fingerprint, event })?;
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(orderId)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()?;
        let mut actions = vec![TransactWriteItem::builder().put(put).build()];
        if let Some(user_id) = &order.user_id {
            actions.push(customers.unmarked(user_id)?);
        }
        let error = loop {
            let transaction = self.client.transact_write_items().set_transact_items(Some(actions.clone()));
            let Err(error) = transaction.send().await else { return Ok(Inserted::Added) };
            match Cancellation::from_error(error) {
                Ok(Cancellation::Conditions(failed)) => return self.not_inserted(failed, &order.order_id, event).await,
                Ok(Cancellation::Conflict) => retries.pause().await?,
                Err(error) => break error,
            }
        };
        // The transaction may have been committed although no response came: a read tells.
        match self.find(&order.order_id).await.unwrap_or_default() {
            Some(stored) => Ok(existing(stored, event)),
            None => Err(error),
        }
    }

    /// Why the conditions of a new order did not hold.
    async fn not_inserted(
        &self,
        failed: Vec<FailedCondition>,
        id: &OrderId,
        event: &Event<OrderCreated>,
    ) -> Result<Inserted, StoreError> {
        // Action 0 is the order, action 1 the customer's mark.
        let is_erased = failed.iter().any(|failed| failed.action == 1);
        let item = failed.into_iter().find(|failed| failed.action == 0).and_then(|failed| failed.item);
        let stored = match item {
            _ if is_erased => return Ok(Inserted::CustomerErased),
            Some(item) => Some(stored(item)?),
            None => self.find(id).await?,
        };
        stored.map(|stored| existing(stored, event)).ok_or_else(|| StoreError::busy("the order went away"))
    }

    /// Applies a transition to the customer's order (`None`: of one who was erased), if it applies to it, and replaces the item's event with
    /// this one in the same write. (The replaced event is not lost: the table's stream has a record of every write.)
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn apply<T: Payload>(
        &self,
        id: &OrderId,
        user_id: Option<&str>,
        transition: &Transition,
        event: &Event<T>,
    ) -> Result<Applied, StoreError> {
        let update = self.transition(id, user_id, transition, event)?;
        match update_item(&self.client, update, ReturnValue::AllNew, conflict_retries(CONFLICTS)).await {
            Ok(output) => order(output.attributes.unwrap_or_default()).map(Applied::Done),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                    Ok(refusal(failed.item.clone().map(stored).transpose()?, user_id, &event.id))
                }
                _ => Err(error.into()),
            },
        }
    }

    /// The update that [`Orders::apply`] sends.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn transition<T: Payload>(
        &self,
        id: &OrderId,
        user_id: Option<&str>,
        transition: &Transition,
        event: &Event<T>,
    ) -> Result<Update, StoreError> {
        let mut set = "SET #status = :to, #event = :event".to_owned();
        let mut update = Update::builder()
            .table_name(&self.table)
            .key("orderId", string(id.as_str()))
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#event", events::ATTRIBUTE)
            .expression_attribute_values(":to", string(transition.to().as_str()))
            .expression_attribute_values(":event", serde_dynamo::to_attribute_value(event)?)
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
        let customer = match user_id {
            Some(user_id) => {
                update = update.expression_attribute_values(":user", string(user_id));
                "userId = :user"
            }
            None => "attribute_exists(orderId) AND attribute_not_exists(userId)",
        };
        let mut condition = format!("{customer} AND #status IN ({})", from.join(", "));
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
        Ok(update.update_expression(set).condition_expression(condition).build()?)
    }
}

/// The result of adding an order under the id of this one.
fn existing(stored: StoredOrder, event: &Event<OrderCreated>) -> Inserted {
    // The SDK repeats a transaction whose response was lost, and the repetition may meet the item of the first try.
    if stored.event_id == event.id { Inserted::Added } else { Inserted::Exists(Box::new(stored)) }
}

/// Why an item did not meet the condition of a transition.
fn refusal(existing: Option<StoredOrder>, user_id: Option<&str>, event_id: &str) -> Applied {
    match existing {
        Some(stored) if stored.order.user_id.as_deref() != user_id => Applied::NotFound,
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use contracts::hold_generation::HoldGeneration;
    use serde_json::json;

    use super::*;

    #[test]
    fn an_order_is_read_by_all_its_attributes_and_no_other() {
        let order: Order = serde_json::from_value(json!({
            "orderId": "01a22269-285d-7438-bbbd-32c4de84327e", "userId": "u", "status": "cancelled", "totalAmount": 1,
            "items": [], "holdGeneration": HoldGeneration::FIRST, "shippingAddress": {"street": "1 Main Street"},
            "createdAt": "2026-11-28T00:00:00.000Z", "reason": "expired",
        }))
        .unwrap();
        let attributes: Item = serde_dynamo::to_item(&order).unwrap();
        let own = ["fingerprint".to_owned(), "event".to_owned()];
        let names = projected_names();
        let projected = PROJECTED.split(", ").map(|path| path.strip_suffix(".id").unwrap_or(path));
        let projected = projected.map(|name| names.get(name).cloned().unwrap_or_else(|| name.to_owned()));
        assert_eq!(projected.collect::<BTreeSet<_>>(), attributes.into_keys().chain(own).collect());
    }
}
