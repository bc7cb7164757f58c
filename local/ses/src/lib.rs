//! Amazon SES on one machine: mails are taken as SES's API v2 takes them, and kept as files instead of delivered.
//!
//! [`Ses::handle`] answers `SendEmail`, as the AWS SDKs send it; the rest is refused by name. [`Ses::mails`] is what
//! would have been delivered. [`Ses::faults`] makes calls fail, so that one can see a system live through it.
#![warn(missing_docs)]

mod error;
mod faults;
mod mail;
mod mailbox;
mod send_email;
mod ses;

pub use error::Error;
pub use faults::{Fault, FaultKind, Faults};
pub use mail::{Header, Mail, bare_address};
pub use ses::{PATH, SEND_EMAIL, Ses};

/// Compiles the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
