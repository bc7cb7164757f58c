//! The sweep's index: what is held, by when it expires.

use tables::StoreError;

use super::{Holds, Item, number, text};

const INDEX: &str = "expiring";

/// A place in the sweep's index.
#[derive(Debug, Default)]
pub struct Expiring(Option<Item>);

impl Expiring {
    /// Parts of the index: held orders are spread over them, so that no one partition takes every order's write.
    pub const PARTS: u64 = 16;

    /// Whether there is nothing after it.
    pub fn is_end(&self) -> bool {
        self.0.is_none()
    }
}

/// The part of the sweep's index an order is in: the last hex digit of its id, which is random (RFC 9562, section 5.7)
/// or of a hash.
pub(super) fn part_of(order_id: &str) -> String {
    let digit = order_id.chars().next_back().filter(char::is_ascii_hexdigit).unwrap_or('0');
    digit.to_ascii_lowercase().to_string()
}

impl Holds {
    /// The orders of one part of the sweep's index whose time was over at `now`: one page, and where the next begins.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn expiring(&self, part: u64, now: u64, after: Expiring) -> Result<(Vec<String>, Expiring), StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(INDEX)
            .key_condition_expression("sweep = :part AND expiresAt <= :now")
            .expression_attribute_values(":part", text(format!("{part:x}")))
            .expression_attribute_values(":now", number(now))
            .set_exclusive_start_key(after.0)
            .limit(100);
        let page = query.send().await?;
        let mut orders = Vec::new();
        for mut item in page.items.unwrap_or_default() {
            let id = item.remove("orderId").and_then(|id| id.as_s().ok().cloned());
            orders.push(id.ok_or_else(|| StoreError::item("an index row without an order"))?);
        }
        Ok((orders, Expiring(page.last_evaluated_key)))
    }
}
