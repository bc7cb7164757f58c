//! What the shop's services say to each other and to their clients, each thing defined once.
//!
//! - [`codes`]: the error codes of the shop's API.
//!
//! It depends on no service, and every service may depend on it.

pub mod codes;
