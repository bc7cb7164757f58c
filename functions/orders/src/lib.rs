//! The order service: what was ordered, by whom, and what became of it.
//!
//! A file per endpoint or event, each with the `main` of its binary; the domain in [`order`], [`status`],
//! [`order_id`], [`idempotency`] and [`placement`] with what it is made of; the product service's stock in
//! [`stock`]; DynamoDB in [`store`] and nowhere else.

pub mod answer;
pub mod apply_stock_event;
pub mod cancel;
pub mod create;
pub mod get;
pub mod health;
pub mod idempotency;
pub mod line;
pub mod list;
pub mod order;
pub mod order_id;
pub mod placement;
pub mod publish;
pub mod shipping_address;
pub mod status;
pub mod stock;
pub mod store;

/// What answers and events name this service.
pub const SERVICE: envelope::Service = envelope::Service { name: "order-service", version: env!("CARGO_PKG_VERSION") };
