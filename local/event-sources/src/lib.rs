//! Lambda's event source mappings on one machine: what reads streams, queues and clocks and invokes functions.
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
mod position;
mod queue;
mod report;
mod schedule;
mod sources;
mod stream;
#[cfg(test)]
mod testing;

pub use backoff::Backoff;
pub use destination::{Destination, Undelivered};
pub use error::Error;
pub use sources::{EventSources, Failed, Services, Status};
