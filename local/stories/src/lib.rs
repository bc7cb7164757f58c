//! Stories: what each call from outside caused, kept in memory for whoever looks.
//!
//! A [`Recorder`] begins a story for a call ([`Recorder::begin`]). What happens because of it is an entry in the story's
//! tree: a [`Span`] is a place in one or more of these trees, and [`Span::child`] opens an entry there. Spans are handed
//! along with the work: in a function's invocation, in a stream's record, in a queue's message.
//!
//! Recording is cheap. It parses and formats nothing; that is done when somebody looks ([`Recorder::story`]), and so is
//! the masking of secrets. It is bounded: the newest [`Limits::stories`], and [`Limits::bytes`] of them together.
#![warn(missing_docs)]

mod aws_call;
mod buffers;
mod causes;
mod entry;
mod ids;
mod kept;
mod mask;
mod narrow;
mod payload;
mod pieces;
mod recorder;
mod search;
mod span;
mod story;
mod text;
mod tree;
mod view;
mod words;

pub use entry::{Kind, Outcome};
pub use mask::{HIDDEN, masked};
pub use recorder::{Limits, Recorder, Tables};
pub use span::{Open, Span};
pub use story::{Call, StoryKind};
pub use view::Filter;

#[cfg(test)]
mod tests;

/// Compiles the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
