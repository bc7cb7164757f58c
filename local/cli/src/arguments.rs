//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::engine::Engine;

/// Runs a SAM template on this machine: gateway, functions, tables, queues and secrets, with no Docker and no account
#[derive(Debug, Parser)]
#[command(name = "cargo local", bin_name = "cargo local", version, args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub run: Run,
}

/// How to run the stack.
#[derive(Debug, Args)]
pub struct Run {
    /// The port to serve on; 0 takes a free one
    #[arg(long, default_value_t = 3000)]
    pub port: u16,
    /// Where data is kept [default: `local` in the workspace's target folder]
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Throw away the data of earlier runs
    #[arg(long)]
    pub fresh: bool,
    /// Build functions as they are deployed, and the stack itself optimized: some minutes the first time
    #[arg(long, conflicts_with = "profile")]
    pub release: bool,
    /// Build the functions with this profile [default: dev]
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// The template [default: `template.yaml` of the workspace]
    #[arg(long, value_name = "FILE")]
    pub template: Option<PathBuf>,
    /// Values for the template's parameters
    #[arg(long, value_name = "KEY=VALUE", num_args = 1.., value_parser = key_value)]
    pub parameter_overrides: Vec<(String, String)>,
    /// Don't rebuild and swap functions when their sources change
    #[arg(long)]
    pub no_watch: bool,
    /// Don't build: run functions that were built before, beside this program or with the profile that is named
    #[arg(long)]
    pub no_build: bool,
    /// Requests that fill a new data folder [default: `seed.http` beside the template, if there is one]
    #[arg(long, value_name = "FILE")]
    pub seed: Option<PathBuf>,
    /// Leave a new data folder empty
    #[arg(long, visible_alias = "no-demo", conflicts_with = "seed")]
    pub no_seed: bool,
    /// Show all that functions log, not only their errors
    #[arg(long)]
    pub logs: bool,
    /// Run a part of the stack: `backends` is all but functions and API, for functions that another program runs
    #[arg(
        long,
        value_name = "PART",
        conflicts_with_all = ["release", "profile", "no_build", "no_watch", "seed", "no_seed", "logs"],
    )]
    pub only: Option<Part>,
    #[command(flatten)]
    pub elsewhere: Elsewhere,
    /// Stop when standard input ends, and so when the program that started this does
    #[arg(long, hide = true)]
    pub stop_on_stdin_close: bool,
}

impl Run {
    /// The profile that `--profile` or `--release` names.
    pub fn named_profile(&self) -> Option<&str> {
        if self.release { Some("release") } else { self.profile.as_deref() }
    }
}

/// A part of the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// Tables, queues, secrets, and the event sources that call functions
    Backends,
}

/// The program that runs the functions in place of this one.
#[derive(Debug, Args)]
pub struct Elsewhere {
    /// The program that runs the functions
    #[arg(long, value_name = "NAME", requires = "only", default_value = "cargo-lambda")]
    pub engine: Engine,
    /// The address of its Invoke API [default: the program's own, http://127.0.0.1:9000 or http://127.0.0.1:3001]
    #[arg(long, value_name = "URL", requires = "only")]
    pub lambda_endpoint: Option<String>,
    /// This machine's name or address as functions see it; an address, such as a container network's, is listened on too
    #[arg(long, value_name = "HOST", requires = "only")]
    pub host: Option<String>,
}

/// Commands for a stack that runs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Call a function of the stack and print its answer
    Invoke(Invoke),
    /// Run a function's executable with the environment that a file has for its name
    #[command(hide = true)]
    RunFunction {
        /// The file that `cargo local --only backends` has written
        environment: PathBuf,
        /// The function's executable
        executable: PathBuf,
    },
    /// Show or redrive dead letters: messages and records that no function could process
    Dlq {
        #[command(subcommand)]
        action: Option<DeadLetters>,
        /// The port of the stack
        #[arg(long, default_value_t = 3000, global = true)]
        port: u16,
    },
}

/// A call of a function.
#[derive(Debug, Args)]
pub struct Invoke {
    /// The function: its logical id in the template, its name or its ARN
    pub function: String,
    /// The event, as JSON [default: {}]
    #[arg(value_name = "JSON", conflicts_with = "event")]
    pub payload: Option<String>,
    /// Read the event from a file; `-` is standard input
    #[arg(long, short, value_name = "FILE")]
    pub event: Option<PathBuf>,
    /// The port of the stack
    #[arg(long, default_value_t = 3000)]
    pub port: u16,
}

/// What to do with dead letters
#[derive(Debug, Clone, Subcommand)]
pub enum DeadLetters {
    /// Count them, queue by queue (the default)
    List,
    /// Show those of one queue
    Show {
        /// The queue's name
        name: String,
    },
    /// Send those of one queue back to the queues that they came from
    Redrive {
        /// The queue's name
        name: String,
    },
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("must be KEY=VALUE, e.g. LogLevel=DEBUG".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use local_fuzz_inputs::{cases, spoiled, texts};
    use proptest::prelude::*;

    use super::*;

    const LINES: [&str; 5] = [
        "--port 0 --fresh --parameter-overrides Stage=dev Scale=small --template a.yaml --no-watch",
        "--only backends --engine sam --lambda-endpoint http://127.0.0.1:3001 --host 172.17.0.1",
        "invoke Echo {\"a\":[1]} --port 3001",
        "dlq redrive jobs --port=3001",
        "run-function environment.json target/debug/echo",
    ];

    #[test]
    fn the_lines_to_spoil_are_valid() {
        for line in LINES {
            Arguments::try_parse_from([&["cargo local"][..], &line.split(' ').collect::<Vec<_>>()].concat()).unwrap();
        }
    }

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn a_command_line_is_read_or_refused(line in prop_oneof![6 => spoiled(&LINES), 1 => texts()]) {
            let words: Vec<&str> = std::iter::once("cargo local").chain(line.split(' ')).collect();
            match Arguments::try_parse_from(words) {
                Ok(arguments) => {
                    let overrides = arguments.run.parameter_overrides;
                    prop_assert!(overrides.iter().all(|(key, value)| line.contains(&format!("{key}={value}"))), "{overrides:?}");
                }
                Err(error) => prop_assert!(!error.to_string().is_empty()),
            }
        }

        #[test]
        fn an_override_is_read_as_it_was_written(key in "[^=]{1,20}", value in texts()) {
            prop_assert_eq!(key_value(&format!("{key}={value}")), Ok((key, value)));
        }
    }
}
