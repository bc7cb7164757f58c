//! The `tables` crate against the embedded DynamoDB, with the tables of the template. (The stores of the services have
//! their own tests, beside their code.)
#![allow(clippy::unwrap_used)] // tests report by panicking

mod errors;
mod kept_count;
