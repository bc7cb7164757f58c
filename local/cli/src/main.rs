//! `cargo local`: the SAM template running on one machine, in one process tree.
//!
//! - `run` starts a stack and ends it, once someone asks it to `stop`: `everything`, or `backends` alone for functions that another program runs.
//! - `project` reads the template and its workspace; `stack` has the emulated services; `seed` fills a new `data_folder`,
//!   and `snapshots` go back to an earlier one: the `current` stack is then another.
//! - `server` listens on the one port and passes requests on: to `aws_api` (from SDKs), `control` (from tests and
//!   subcommands), `docs`, or the REST API.
//! - `builder` builds the functions, `functions` deploys them, `watch` does both again when sources change; `optimized`
//!   builds this program.
//! - `commands` are for a stack that runs, which they call through `commands::client`.

mod arguments;
mod aws_api;
mod backends;
mod builder;
mod commands;
mod console;
mod control;
mod current;
mod data_folder;
mod docs;
mod engine;
mod environment;
mod error;
mod everything;
mod functions;
mod held;
mod http_client;
mod local_time;
mod log_files;
mod optimized;
mod parent;
mod project;
mod run;
mod runner;
mod running;
mod seed;
mod server;
mod services;
mod snapshots;
mod stack;
mod stop;
mod told;
mod watch;
mod workspace;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use tracing::Level;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::writer::MakeWriterExt;

use arguments::Arguments;

/// A request makes and drops many small things, on whichever thread goes on with it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    local_lambda::reaper::run_if_asked();
    let arguments = Arguments::parse();
    // Warnings of the emulated services that no answer to a request can carry.
    tracing_subscriber::fmt()
        .compact()
        .with_target(false)
        .with_max_level(LevelFilter::WARN)
        // What is cut short when the stack stops is no news.
        .with_writer(std::io::stderr.with_filter(|event| *event.level() < Level::WARN || !stop::was_asked()))
        .init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: no runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    let outcome = runtime.block_on(async {
        match arguments.command {
            Some(command) => command.run().await,
            None if arguments.run.release && optimized::is_needed() => {
                optimized::replace().await.map(|never| match never {})
            }
            None => run::run(arguments.run).await,
        }
    });
    // A file that is being written is; a look that goes on for longer is not waited for.
    runtime.shutdown_timeout(Duration::from_secs(1));
    console::flush();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
