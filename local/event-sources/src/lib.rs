//! Lambda's event source mappings on one machine: tasks that read streams, queues and clocks and invoke functions.
//!
//! [`EventSources::start`] takes the sources a template gives its functions and runs a task for each.
//!
//! Delivery is at least once, and from a stream in order. A stream's position is saved after the batch that it passes
//! and a queue's message deleted after it was handled, never before, so a task may be stopped or killed anywhere: what
//! it had in hand comes again.
#![warn(missing_docs)]

mod activity;
mod backoff;
mod destination;
mod error;
pub mod filter;
mod payload;
mod position;
mod queue;
mod redelivery;
mod report;
mod schedule;
mod services;
mod sources;
mod story;
mod stream;
#[cfg(test)]
mod testing;

pub use backoff::Backoff;
pub use destination::{Destination, Undelivered};
pub use error::Error;
pub use redelivery::Redelivery;
pub use services::Services;
pub use sources::{EventSources, Status};

/// Compiles the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
