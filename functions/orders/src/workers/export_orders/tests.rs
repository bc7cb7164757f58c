use std::collections::BTreeSet;

use envelope::decode::FromField;
use serde_json::{Value, json};

use super::*;
use crate::domain::order::Order;
use crate::domain::shipping_address::ShippingAddress;
use crate::store::fixture::{Fixture, order};

fn request(user_id: &str, cursor: Option<String>) -> ExportRequest {
    ExportRequest {
        user_id: user_id.to_owned(),
        cursor,
        request_id: "r1".to_owned(),
        caller: envelope::Caller::default(),
    }
}

#[tokio::test]
async fn every_order_is_exported_once_with_its_address_and_nobody_else_s() {
    let fixture = Fixture::new().await;
    let address = ShippingAddress::from_field(&json!({"street": "x".repeat(2_000)})).unwrap();
    let mut expected = BTreeSet::new();
    for _ in 0..600 {
        let order = Order { shipping_address: Some(address.clone()), ..order("ada") };
        fixture.add(&order, "f1").await.unwrap();
        expected.insert(order.order_id.as_str().to_owned());
    }
    fixture.placed("bob").await;
    let export = ExportOrders { orders: OrderList::new(fixture.tables.client(), "OrdersTable") };
    let (mut seen, mut cursor, mut pages) = (BTreeSet::new(), None, 0);
    loop {
        let page = export.call(request("ada", cursor), &Context::default()).await.unwrap();
        pages += 1;
        assert!(serde_json::to_vec(&page).unwrap().len() < 2_000_000);
        for item in page.items {
            let item: Value = serde_json::from_str(item.get()).unwrap();
            assert_eq!(item["shippingAddress"]["street"].as_str().map(str::len), Some(2_000));
            assert!(seen.insert(item["orderId"].as_str().unwrap().to_owned()));
        }
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, expected);
    assert!(pages > 1);
}

#[tokio::test]
async fn a_page_of_another_user_s_export_is_refused() {
    let fixture = Fixture::new().await;
    let export = ExportOrders { orders: OrderList::new(fixture.tables.client(), "OrdersTable") };
    let cursor = Cursor::new(["2026-01-31", "o1"]).encode(&["export-orders", "bob"]);
    assert!(export.call(request("ada", Some(cursor)), &Context::default()).await.is_err());
}
