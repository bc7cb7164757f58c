//! The console in a real browser: Chromium, driven through its WebDriver.
//!
//! Without Chromium and its driver, or without axe-core, these tests are ignored and say so; in CI they fail.
#![allow(clippy::unwrap_used, clippy::expect_used)] // tests report by panicking

#[macro_use(apply)]
extern crate macro_rules_attribute;
#[macro_use(e2e)]
extern crate tests;

mod accessibility;
mod browser;
mod queues;
mod snapshots;
mod stories;
mod text;
mod webdriver;

use std::process::ExitCode;

fn main() -> ExitCode {
    tests::main()
}
