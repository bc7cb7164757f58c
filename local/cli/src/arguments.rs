//! The command line: a stack to start, or a command for one that runs.

mod run;
#[cfg(test)]
mod tests;

use clap::Parser;

use crate::commands::Command;

pub use run::{Part, Run};

/// Runs a SAM template on this machine: gateway, functions, tables, queues, secrets and mail, with no Docker and no account
#[derive(Debug, Parser)]
#[command(
    name = "cargo local",
    bin_name = "cargo local",
    version,
    args_conflicts_with_subcommands = true,
    // Where there is no terminal to be as wide as.
    max_term_width = 80,
    // Of the options of a stack, as commands have their own.
    subcommand_help_heading = "Commands for a stack that runs",
    disable_help_subcommand = true
)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub run: Run,
}
