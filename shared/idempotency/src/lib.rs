#![doc = include_str!("../README.md")]

mod body;
mod key;
mod record;
mod request;
mod requests;

pub use body::{with_body, without_body};
pub use key::{HEADER, IdempotencyKey};
pub use request::Request;
pub use requests::{Effect, Requests};

use envelope::Reply;

/// A response that was given before: it says so in the header `Idempotency-Replayed`.
pub fn replayed(reply: Reply) -> Reply {
    reply.header("Idempotency-Replayed", "true")
}

#[cfg(test)]
mod tests;
