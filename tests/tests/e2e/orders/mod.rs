//! The order service's rows of the table of routes, and what the design says about each.

mod cancel;
mod idempotency;
mod list;
mod place;
mod races;
