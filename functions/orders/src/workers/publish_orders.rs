//! `publish-orders`: sends the events in orders to their subscribers.
//!
//! An order holds only the event of its latest change. Earlier events are not lost: the table's stream has a record of
//! every write, each with the item as that write left it.

use std::process::ExitCode;

use events::publish::Secrets;

use crate::SERVICE;

/// Serves the function.
pub fn main() -> ExitCode {
    events::publish::main_redacting::<PublishOrders>(SERVICE)
}

struct PublishOrders;

/// A record that can't be read is set aside for two weeks, without where its customer lives.
impl Secrets for PublishOrders {
    const ATTRIBUTES: &'static [&'static str] = &["shippingAddress"];
}

#[cfg(test)]
mod tests {
    use envelope::decode::FromField;
    use serde_json::json;

    use super::*;
    use crate::domain::order::Order;
    use crate::domain::shipping_address::ShippingAddress;
    use crate::store::fixture::order;

    #[test]
    fn the_secrets_are_what_an_order_is_stored_with() {
        let address = ShippingAddress::from_field(&json!({"street": "12 St James's Square"})).unwrap();
        let stored = serde_json::to_value(Order { shipping_address: Some(address), ..order("ada") }).unwrap();
        for attribute in PublishOrders::ATTRIBUTES {
            assert!(stored[attribute].is_object(), "{attribute}");
        }
    }
}
