#![doc = include_str!("../README.md")]

pub mod api;
mod config;
pub mod http;
pub mod retry;
#[cfg(test)]
mod tests;
mod user_agent;
mod warm_up;

pub use config::{ATTEMPT_WITHIN, CALL_WITHIN, ConfigError, config, optional, parsed, required};
pub use user_agent::PlainUserAgent;
pub use warm_up::warm_up;
