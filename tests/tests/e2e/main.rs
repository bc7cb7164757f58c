//! End-to-end tests: the contract of the API, asked over HTTP of the template running on this machine, or wherever else
//! it runs (`tests/README.md`).
//!
//! Tests that leave each other alone share a stack ([`shared`]); whoever counts, kills or rotates has one of their own.
#![allow(clippy::unwrap_used, clippy::expect_used)] // tests report by panicking

#[macro_use(apply)]
extern crate macro_rules_attribute;
#[macro_use(e2e)]
extern crate tests;

mod aws_cli;
mod conditions;
mod console;
mod cors;
mod crashes;
mod dead_letters;
mod docs;
mod gateway;
mod health;
mod hot_swap;
mod idempotency;
mod identity;
mod least_privilege;
mod local;
mod log_lines;
mod market;
mod notifications;
mod openapi;
mod orders;
mod preflight;
mod products;
mod readme;
mod round_trips;
mod routes;
mod rubbish;
mod saga;
mod snapshots;
mod stories;
mod template;
mod throttled;
mod transformed;
mod users;

use std::process::ExitCode;

use tests::{Person, Setup, Stack};
use tokio::sync::OnceCell;

fn main() -> ExitCode {
    tests::main()
}

/// A stack for tests that only add users: the shop of this place, or one that ends with this process.
async fn shared() -> &'static Stack {
    static STACK: OnceCell<Stack> = OnceCell::const_new();
    STACK.get_or_init(|| Setup::new().shop()).await
}

/// The same for tests that hash many passwords at once.
async fn crowded() -> &'static Stack {
    static STACK: OnceCell<Stack> = OnceCell::const_new();
    STACK.get_or_init(|| Setup::new().patient().shop()).await
}

/// A customer of the shared stack, for reading.
async fn ada() -> &'static Person {
    static ADA: OnceCell<Person> = OnceCell::const_new();
    ADA.get_or_init(|| async { shared().await.customer("Ada").await }).await
}

/// An admin of the shared stack, for reading.
async fn admin() -> &'static Person {
    static ADMIN: OnceCell<Person> = OnceCell::const_new();
    ADMIN.get_or_init(|| async { shared().await.admin().await }).await
}
