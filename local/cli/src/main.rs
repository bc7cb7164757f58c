//! `cargo local`: the SAM template running on one machine, in one process tree.
//!
//! - `run` starts a stack and ends it, once someone asks it to `stop`: `everything`, or `backends` alone for functions that another program runs.
//! - `project` reads the template and its workspace; `stack` has the emulated services; `seed` fills a new `data_folder`.
//! - `server` listens on the one port and passes requests on: to `aws_api` (from SDKs), `control` (from tests and
//!   subcommands), `docs`, or the REST API.
//! - `builder` builds the functions, `functions` deploys them, `watch` does both again when sources change; `optimized`
//!   builds this program.
//! - `invoke` and `dead_letters` are subcommands, which call a running stack through `client`.

mod arguments;
mod aws_api;
mod backends;
mod builder;
mod client;
mod console;
mod control;
mod data_folder;
mod dead_letters;
mod docs;
mod engine;
mod environment;
mod error;
mod everything;
mod functions;
mod http_client;
mod invoke;
mod log_files;
mod optimized;
mod parent;
mod project;
mod run;
mod runner;
mod running;
mod seed;
mod server;
mod stack;
mod stop;
mod watch;
mod workspace;

use std::process::ExitCode;

use clap::Parser;
use tracing::level_filters::LevelFilter;

use arguments::{Arguments, Command, DeadLetters};

fn main() -> ExitCode {
    local_lambda::reaper::run_if_asked();
    let arguments = Arguments::parse();
    // Warnings of the emulated services that no answer to a request can carry.
    tracing_subscriber::fmt()
        .compact()
        .with_target(false)
        .with_max_level(LevelFilter::WARN)
        .with_writer(std::io::stderr)
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
            Some(Command::Invoke(call)) => invoke::run(call).await,
            Some(Command::Dlq { action, port }) => dead_letters::run(action.unwrap_or(DeadLetters::List), port).await,
            Some(Command::RunFunction { environment, executable }) => environment::run(&environment, &executable),
            None if arguments.run.release && optimized::is_needed() => {
                optimized::replace().await.map(|never| match never {})
            }
            None => run::run(arguments.run).await,
        }
    });
    console::flush();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
