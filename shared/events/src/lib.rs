//! The events services tell each other, as CloudEvents 1.0 in JSON: made with a write, published from the table's
//! stream, consumed from a queue.
//!
//! 1. [`Event::new`] makes an event, and the service writes it as the attribute [`ATTRIBUTE`] of the very item whose
//!    write it tells of, so that the two commit together.
//! 2. [`publish`] is the function behind the table's stream: it puts each event on the queues of its subscribers.
//! 3. [`consume`] is the function behind a queue: a [`Consumer`] handles each event on its own.
//!
//! Events come at least once and in no promised order; each has an id that stays the same however often it comes.

mod cause;
mod consume;
mod event;
mod heard;
pub mod publish;
pub mod stream;
#[cfg(test)]
mod testing;
mod trace;

pub use cause::Cause;
pub use consume::{Consumer, HandleError, consume};
pub use event::{ATTRIBUTE, Event, Payload};
pub use heard::Heard;

#[doc(hidden)]
pub use serde_json;
