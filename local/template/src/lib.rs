//! Reads a SAM template into the [`System`] it describes.
//!
//! The template is the only description of the system, so nothing in it is silently ignored: what this crate does not
//! understand is an [`Error`] that names it and its line.
#![warn(missing_docs)]

mod error;
mod field;
pub mod model;
mod pattern;
mod quotas;
mod resources;
mod stack;
mod template;
#[cfg(test)]
mod testing;
mod tree;
mod value;

pub use error::{Error, Problem};
pub use model::*;

/// Compiles the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
