//! The product service's rows of the table of routes, and what the design says about each.

mod admin_list;
mod by_id;
mod create;
mod edit;
mod get;
mod list;
mod search;
mod sort;
mod stock;
mod totals;
