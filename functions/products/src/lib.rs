//! The product service: what there is to buy, and how much of it.
//!
//! A file per endpoint or event, each with the `main` of its binary; the domain in [`product`], [`stock`],
//! [`filter`], [`index`] and [`hold`]; DynamoDB in [`store`] and nowhere else.
//!
//! - The catalogue: [`list`], [`get`], [`create`], [`edit`], [`update_stock`], [`health`].
//! - The units of an order ([`hold`]): [`reserve`] takes them before the order is placed, [`settle`] follows what
//!   becomes of the order, [`release`] gives back what no order claimed.
//! - [`index_products`] keeps search and counts; `publish-products` is [`events::publish`] as it is.

pub mod create;
pub mod edit;
pub mod filter;
pub mod get;
pub mod health;
pub mod hold;
pub mod id;
pub mod index;
pub mod index_products;
pub mod list;
pub mod product;
pub mod release;
pub mod reserve;
pub mod settle;
pub mod stock;
pub mod store;
pub mod text;
pub mod update_stock;
pub mod words;

/// What answers and events name this service.
pub const SERVICE: envelope::Service =
    envelope::Service { name: "product-service", version: env!("CARGO_PKG_VERSION") };
