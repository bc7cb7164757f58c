//! Amazon SQS standard queues on one machine: the queues of a template, kept on disk, served to any AWS SDK.
//!
//! [`Sqs::handle`] answers the JSON protocol the SDKs speak. The other methods of [`Sqs`] are the same queues for code in
//! this process: event source mappings receive through them, and a viewer of dead letters peeks and redrives.
//!
//! Where AWS promises little, this promises more: messages come in the order they were sent as long as nothing
//! fails, none is delivered twice inside its visibility timeout, and counts are exact. What is not here is refused by
//! name: FIFO queues, making or changing queues outside of the template, access policies, encryption.
#![warn(missing_docs)]

mod attribute;
mod digest;
mod error;
mod limits;
mod message;
mod queue;
mod sqs;
mod store;
mod wire;

pub use attribute::{Attribute, Attributes, Value};
pub use error::{Error, MAX_MESSAGE_BYTES};
pub use message::{Depth, Message, NewMessage, Received, RedriveFailure, Redriven};
pub use sqs::Sqs;

/// Compiles the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
