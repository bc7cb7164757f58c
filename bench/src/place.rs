//! Where the shop runs: on a stack of its own, or on another engine.

use crate::connection::Connection;
use crate::error::Error;

/// Somewhere that a shop can be opened.
pub trait Place {
    /// A connection to the shop's API.
    async fn connect(&self) -> Result<Connection, Error>;

    /// Makes the user with this id an admin.
    async fn grant_admin(&self, id: &str) -> Result<(), Error>;

    /// Waits until every event is dealt with.
    async fn drained(&self) -> Result<(), Error>;
}
