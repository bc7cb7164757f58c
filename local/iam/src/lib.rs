//! AWS IAM on one machine: whether a function's role allows the call it makes.
//!
//! [`Iam::refusal`] is called before a request reaches its service: it finds the actions and resources that the request
//! needs (`request`), evaluates the statements of the caller's role for each ([`decide`]), and words a denial as the service
//! would. [`Iam::new`] checks the rights that Lambda needs to read a function's streams and queues.
//!
//! Only functions have a role here. Everyone else is the account's owner, who may do everything.
#![warn(missing_docs)]

mod access;
mod decision;
mod denied;
mod event_sources;
mod iam;
mod logs;
mod pattern;
mod request;

pub use access::Access;
pub use decision::{Decision, decide};
pub use denied::Refusal;
pub use event_sources::{Error, Missing};
pub use iam::{Iam, Use};
pub use logs::{Unlogged, unlogged};

/// Compiles the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
