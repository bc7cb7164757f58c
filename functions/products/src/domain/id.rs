//! Ids of products.

pub use envelope::decode::uuid as parse;
use uuid::Uuid;

/// A new id: UUIDv7, so ids sort by time of creation.
pub fn new() -> String {
    Uuid::now_v7().to_string()
}
