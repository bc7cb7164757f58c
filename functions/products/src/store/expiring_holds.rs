//! Expiring holds, and the index of holds by expiry, which the sweep reads.
//!
//! A hold is in it only while it is held ("Take advantage of sparse indexes"): a few seconds, unless no order claims it.
//! The index is small, so the sweep reads all of it ("Scan"), and its key can be the order's id instead of a shared
//! partition that every new order would write to.

use contracts::payloads::StockRejected;
use events::Cause;
use tables::{Item, StoreError, number};

use super::{Holds, Outcome};
use crate::domain::hold::Hold;
use crate::domain::hold_state::Transition;
use crate::domain::stock_event::StockEvent;

const INDEX: &str = "expiring";

/// Rows that one call examines.
pub(super) const ROWS_PER_CALL: i32 = 200;

/// Where a scan of the index goes on; the default is its start.
#[derive(Debug, Default)]
pub struct ScanPosition(Option<Item>);

impl ScanPosition {
    /// Whether the next scan starts anew: this one reached the end.
    pub fn is_start(&self) -> bool {
        self.0.is_none()
    }
}

impl Holds {
    /// The ids of orders whose holds had expired at `now` (seconds since the epoch), among the next
    /// `ROWS_PER_CALL` rows of the index, and the position after these.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn expired_at(
        &self,
        now: u64,
        position: ScanPosition,
    ) -> Result<(Vec<String>, ScanPosition), StoreError> {
        let scan = self
            .client
            .scan()
            .table_name(&self.table)
            .index_name(INDEX)
            .filter_expression("expiresAt <= :now")
            .expression_attribute_values(":now", number(now))
            .set_exclusive_start_key(position.0)
            .limit(ROWS_PER_CALL);
        let page = scan.send().await?;
        let mut order_ids = Vec::new();
        for mut row in page.items.unwrap_or_default() {
            let id = row.remove("orderId").and_then(|id| id.as_s().ok().cloned());
            order_ids.push(id.ok_or_else(|| StoreError::item("an index row without an order's id"))?);
        }
        Ok((order_ids, ScanPosition(page.last_evaluated_key)))
    }

    /// Expires a hold by this transition, with the event of it. False if the hold changed since it was read or another
    /// transaction was at it.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn expire(&self, hold: &Hold, transition: Transition) -> Result<bool, StoreError> {
        let cause = Cause::request(&hold.request_id);
        let event = StockEvent::rejected(&hold.order_id, hold.generation, StockRejected::EXPIRED, cause);
        Ok(self.apply(hold, transition, Some(&event), None).await? == Outcome::Applied)
    }
}
