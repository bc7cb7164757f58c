//! What products and orders are called.

pub use envelope::decode::uuid as parse;
use uuid::Uuid;

/// A new id: UUIDv7, so that ids sort by time.
pub fn new() -> String {
    Uuid::now_v7().to_string()
}
