//! `cargo local rotate-secret`: gives a secret a new value.

use clap::Args;
use serde::{Deserialize, Serialize};

use super::client::segment;
use super::running_stack::RunningStack;
use crate::error::Error;

/// Give a secret a new value, as the template says; the old one stays as AWSPREVIOUS
#[derive(Debug, Args)]
pub struct RotateSecret {
    /// The secret: its logical id in the template, its name or its ARN
    name: String,
    #[command(flatten)]
    stack: RunningStack,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Rotated {
    version_id: String,
}

impl RotateSecret {
    /// Rotates the secret and prints the id of its new version, never its value.
    ///
    /// # Errors
    /// [`Error::Refused`] for a secret that the stack does not have, or whose value the template gives.
    pub async fn run(self) -> Result<(), Error> {
        let rotated: Rotated = self.stack.post(&format!("secrets/{}/rotate", segment(&self.name)), None).await?;
        self.stack.print(&rotated, || format!("the version {} of {} is AWSCURRENT", rotated.version_id, self.name));
        Ok(())
    }
}
