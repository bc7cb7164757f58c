//! `cargo local seed`: sends the requests of a seed file to a stack that runs.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::running_stack::RunningStack;
use crate::error::Error;
use crate::seed::Seed;

/// Send the requests of a seed file
#[derive(Debug, Args)]
pub struct SendSeed {
    /// An `.http` file, as `seed.http` beside the template
    file: PathBuf,
    #[command(flatten)]
    stack: RunningStack,
}

impl SendSeed {
    /// Sends the requests in their order, and prints the lines that the file says to print.
    ///
    /// # Errors
    /// [`Error::NoStack`], or [`Error::Seed`] for a file that can't be read and for the first request that does not succeed.
    pub async fn run(self) -> Result<(), Error> {
        let seed = Seed::read(&self.file)?;
        // Without a stack, the first request would tell only that it was not sent.
        self.stack.get::<serde_json::Value>("functions").await?;
        let printed = seed.send(&self.stack.url()).await?;
        self.stack.print(&json!({"printed": printed}), || {
            let end = format!("{} is sent", self.file.display());
            printed.iter().chain([&end]).map(String::as_str).collect::<Vec<_>>().join("\n")
        });
        Ok(())
    }
}
