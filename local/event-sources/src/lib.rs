//! Lambda's event source mappings on one machine: what reads streams, queues and clocks and invokes functions.
//!
//! [`EventSources::start`] takes the sources a template gives its functions and runs a task for each. So far those
//! are the DynamoDB streams; queues and schedules are left alone.
//!
//! Delivery is at least once and in order. A stream's position is saved after the batch that it passes and never
//! before, so a task may be stopped or killed anywhere: the batch comes again.
#![warn(missing_docs)]

mod backoff;
mod destination;
pub mod filter;
mod position;
mod report;
mod sources;
mod stream;
#[cfg(test)]
mod testing;

pub use backoff::Backoff;
pub use destination::{Destination, Undelivered};
pub use sources::{Error, EventSources, Services, Status};
