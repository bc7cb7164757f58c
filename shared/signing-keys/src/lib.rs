//! The keys that tokens are signed and verified with.
//!
//! Functions that sign derive a private key from each version of a secret in AWS Secrets Manager; the key's id is the
//! version id ("GetSecretValue" in the Secrets Manager API reference). Before a [`Signer`] first signs with a key it
//! publishes the public one in a table, where it stays until the last token has expired that was signed with it. So a
//! [`Verifier`] needs no secret, and rotating the secret, however often, ends no token.
//!
//! ```no_run
//! # async fn example(token: &str) -> Result<(), Box<dyn std::error::Error>> {
//! let verifier = signing_keys::Verifier::connect().await?; // in the init phase
//! let identity = verifier.verify(token).await?;
//! # Ok(())
//! # }
//! ```

mod published_keys;
mod read_budget;
mod secret;
mod signer;
#[cfg(test)]
mod testing;
mod verifier;

pub use published_keys::{PublishedKey, PublishedKeys};
pub use signer::{KeyError, SignError, Signer};
pub use verifier::{Verifier, VerifyError};
