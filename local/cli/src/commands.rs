//! The commands for a stack that runs, and those that need none. Each is a file with its arguments and what it does.

mod client;
mod completions;
mod dlq;
mod invoke;
mod logs;
mod mail;
mod rotate_secret;
mod run_function;
mod run_schedule;
mod running_stack;
mod seed;
mod send;
mod snapshot;
mod status;

use clap::Subcommand;

use crate::error::Error;

/// Commands for a stack that runs.
#[derive(Debug, Subcommand)]
pub enum Command {
    Status(status::Status),
    Logs(logs::Logs),
    Invoke(invoke::Invoke),
    Send(send::Send),
    Run(run_schedule::RunSchedule),
    RotateSecret(rotate_secret::RotateSecret),
    Mail(mail::Mails),
    Dlq(dlq::Dlq),
    Snapshot(snapshot::Snapshots),
    Seed(seed::SendSeed),
    Completions(completions::Completions),
    #[command(hide = true)]
    RunFunction(run_function::RunFunction),
}

impl Command {
    /// Runs the command to its end.
    ///
    /// # Errors
    /// Why it failed.
    pub async fn run(self) -> Result<(), Error> {
        match self {
            Self::Status(command) => command.run().await,
            Self::Logs(command) => command.run().await,
            Self::Invoke(command) => command.run().await,
            Self::Send(command) => command.run().await,
            Self::Run(command) => command.run().await,
            Self::RotateSecret(command) => command.run().await,
            Self::Mail(command) => command.run().await,
            Self::Dlq(command) => command.run().await,
            Self::Snapshot(command) => command.run().await,
            Self::Seed(command) => command.run().await,
            Self::Completions(command) => command.run(),
            Self::RunFunction(command) => command.run(),
        }
    }
}
