//! Amazon CloudWatch Logs on one machine: the newest lines of all functions, in memory, and the API that reads them.
//!
//! [`Logs`] takes lines as Lambda writes them, each into the log group of its function, and gives up the oldest beyond a
//! limit. [`Logs::handle`] answers AWS SDKs and the AWS CLI (`wire`), [`Logs::after`] who follows them in this process.
//! `pattern` is the language of filter patterns.
#![warn(missing_docs)]

mod error;
mod event;
mod logs;
mod pattern;
mod wire;

pub use error::Error;
pub use event::Event;
pub use logs::{Limits, Logs, Page};

/// Compiles the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
