//! The product service's rows of the table of routes, and what the design says about each.

mod create;
mod edit;
mod get;
mod list;
mod search;
mod stock;
mod totals;
