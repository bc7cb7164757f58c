//! Reads a SAM template into the [`System`] it describes.
//!
//! The template is the only description of the system, so whatever this crate does not understand is an
//! [`Error`] with the name and the line of the thing, never something silently left out.
#![warn(missing_docs)]

pub mod model;
pub use model::*;
