//! The options of a stack that is started.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::engine::Engine;

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
    /// Build functions and the stack itself optimized, with the profile `optimized` if the workspace has one, or `release`: some
    /// minutes the first time
    #[arg(long, conflicts_with_all = ["profile", "no_build"])]
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
    /// Record no stories: the console shows what there is, but not what calls caused
    #[arg(long)]
    pub no_stories: bool,
    /// Run a part of the stack: `backends` is all but functions and API, for functions that another program runs
    #[arg(
        long,
        value_name = "PART",
        conflicts_with_all = ["release", "profile", "no_build", "no_watch", "seed", "no_seed", "logs", "no_stories"],
    )]
    pub only: Option<Part>,
    #[command(flatten)]
    pub elsewhere: Elsewhere,
    /// Stop when standard input ends, and so when the program that started this does
    #[arg(long, hide = true)]
    pub stop_on_stdin_close: bool,
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

pub(super) fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("must be KEY=VALUE, e.g. LogLevel=DEBUG".to_owned()),
    }
}
