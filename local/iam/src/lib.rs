//! AWS IAM on one machine: whether a function's role allows the call it makes.
//!
//! [`Iam::refusal`] stands before the services: it works out which actions on which resources a request is
//! (`request`), asks the statements of the caller's role about each ([`decide`]), and words the refusal as the service
//! would. [`Iam::new`] asks the same about what Lambda reads for a function with its role: streams and queues.
//!
//! Only functions have a role here. Everyone else is the account's owner, who may do everything.
#![warn(missing_docs)]

mod access;
mod decision;
mod denied;
mod event_sources;
mod iam;
mod pattern;
mod request;

pub use access::Access;
pub use decision::{Decision, decide};
pub use event_sources::{Error, Missing};
pub use iam::{Iam, Use};

/// Compiles the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
