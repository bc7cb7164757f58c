//! AWS Secrets Manager on one machine: the secrets of a template, each generated once per data folder.
//!
//! [`SecretsManager::handle`] answers the JSON protocol the AWS SDKs speak: GetSecretValue, PutSecretValue,
//! DescribeSecret and ListSecrets; the rest is refused by name. [`SecretsManager::rotate`] does what a rotation function
//! does on AWS, so that one can see a system live through it.
//!
//! The values are in a file that only its owner can read, not encrypted, as a developer's machine has no key service to
//! ask. They never appear in a log, an error or `Debug` output.
#![warn(missing_docs)]

mod error;
mod generate;
mod manager;
mod secret;
mod summary;
mod value;
mod vault;
mod wire;

pub use error::Error;
pub use manager::SecretsManager;
pub use summary::{Summary, VersionSummary};

/// Compiles the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
