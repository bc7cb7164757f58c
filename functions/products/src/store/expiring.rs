//! The sweep's index: what is held, and until when.
//!
//! A hold is in it only while it is held ("Take advantage of sparse indexes"), which is seconds for all but those that no
//! order claims. So it is read whole ("Scan"), and has no partition that all orders would write to: its key is the order.

use tables::StoreError;

use super::{Holds, Item, number};

const INDEX: &str = "expiring";

/// Rows that are looked at in one call.
pub(super) const ROWS: i32 = 200;

/// A place in the sweep's index.
#[derive(Debug, Default)]
pub struct Place(Option<Item>);

impl Place {
    /// Whether it is where the index begins, and ends.
    pub fn is_start(&self) -> bool {
        self.0.is_none()
    }
}

impl Holds {
    /// The orders whose time was over at `now`, of some rows of the sweep's index, and the place after these.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn expiring(&self, now: u64, after: Place) -> Result<(Vec<String>, Place), StoreError> {
        let scan = self
            .client
            .scan()
            .table_name(&self.table)
            .index_name(INDEX)
            .filter_expression("expiresAt <= :now")
            .expression_attribute_values(":now", number(now))
            .set_exclusive_start_key(after.0)
            .limit(ROWS);
        let page = scan.send().await?;
        let mut orders = Vec::new();
        for mut item in page.items.unwrap_or_default() {
            let id = item.remove("orderId").and_then(|id| id.as_s().ok().cloned());
            orders.push(id.ok_or_else(|| StoreError::item("an index row without an order"))?);
        }
        Ok((orders, Place(page.last_evaluated_key)))
    }
}
