//! Snapshots of a data folder: copies of it as it was at one moment, kept in the folder itself, under `snapshots/`.
//!
//! Services are stopped for as long as it takes to look at all of them: a SQLite database gives a [`View`] of that moment
//! away, from which it is copied while it goes on ([`give`]); services with files have a [`Gate`]. [`Snapshots`] keeps what
//! was copied, and puts a snapshot in the data's place. Both are done at once or not at all, even if the process is killed.
#![warn(missing_docs)]

mod error;
mod exchange;
mod files;
mod gate;
#[cfg(test)]
mod killed;
mod name;
mod removal;
mod snapshots;
mod view;

pub use error::Error;
pub use exchange::Prepared;
pub use files::{copy, link};
pub use gate::{Gate, Pass, Stopped};
pub use name::Name;
pub use snapshots::{Draft, FOLDER, Snapshot, Snapshots};
pub use view::{Held, View, give};

/// Compiles the example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
