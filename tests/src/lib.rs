//! The shop, run as a user runs it and asked over HTTP as a client asks it.
//!
//! A [`Stack`] is a `cargo local` of its own, on a free port, with a data folder of its own; [`Setup`] says how it
//! differs from the usual one. With `BASE_URL` it is the shop there instead, and a test that needs what that [`place()`]
//! lacks is ignored, with the reason ([`e2e!`]). Its requests ([`Request`]) give an [`Answer`], which asserts exactly and
//! prints itself where it is not what it should be.
//!
//! Everything waits for conditions (a line of output, the end of a process) and nothing for time to pass, so a slow
//! machine makes the tests slower and not wrong.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a harness reports by panicking

mod address;
mod answer;
#[cfg(test)]
mod asvs;
mod aws;
mod binaries;
mod books;
mod chromium;
mod contract;
mod controls;
mod folder;
mod harness;
#[cfg(test)]
mod links;
mod place;
mod processes;
mod program;
mod purchase;
mod request;
mod sam;
mod setup;
mod shop;
mod stack;
mod token;
#[cfg(test)]
mod toolchain;
mod tutorial;
mod unique;
mod users;
mod waiting;
mod walkthrough;
#[cfg(test)]
mod workflows;

pub use answer::{Answer, is_timestamp, is_uuid_v7};
pub use aws::SigningKey;
pub use binaries::executable;
pub use books::Units;
pub use chromium::axe_core;
pub use contract::{Contract, escaped};
pub use controls::{Instance, mailed_token};
pub use folder::Folder;
pub use harness::{Test, main, run_async};
#[doc(hidden)]
pub use inventory;
pub use place::{Ability, Place, place};
pub use processes::{signal, try_signal, until_ended};
pub use program::{Exit, local};
pub use purchase::{http_file, postman_collection};
pub use request::Request;
pub use rustix::process::Signal;
pub use sam::sam_python;
pub use setup::{Setup, workspace};
pub use shop::order;
pub use stack::Stack;
pub use token::{Token, public_key};
pub use tutorial::{Anchor, Step, Tutorial};
pub use unique::unique;
pub use users::Person;
pub use walkthrough::Walkthrough;
