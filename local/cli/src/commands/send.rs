//! `cargo local send`: puts a message on a queue.

use std::path::PathBuf;

use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::client::segment;
use super::invoke;
use super::running_stack::RunningStack;
use crate::error::Error;

/// Put a message on a queue
#[derive(Debug, Args)]
pub struct Send {
    /// The queue: its logical id in the template, its name, its URL or its ARN
    queue: String,
    /// The message; most functions expect JSON
    #[arg(value_name = "JSON", required_unless_present = "file", conflicts_with = "file")]
    body: Option<String>,
    /// Read the message from a file; `-` is standard input
    #[arg(long, short, value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    stack: RunningStack,
}

#[derive(Deserialize, Serialize)]
struct Sent {
    id: String,
}

impl Send {
    /// Sends the message and prints its id.
    ///
    /// # Errors
    /// [`Error::NoQueue`] if the stack has no such queue, [`Error::Refused`] if SQS takes no such message.
    pub async fn run(self) -> Result<(), Error> {
        let body = match (self.body, self.file) {
            (Some(body), _) => body,
            (None, Some(file)) => invoke::text(&file)?,
            (None, None) => String::new(),
        };
        let path = format!("queues/{}/messages", segment(name_of(&self.queue)));
        match self.stack.post(&path, Some(&json!({"body": body}))).await {
            Ok(sent) => {
                let sent: Sent = sent;
                self.stack.print(&sent, || format!("{} is on {}", sent.id, name_of(&self.queue)));
                Ok(())
            }
            Err(Error::Unknown(_)) => Err(Error::NoQueue { queues: names(self.stack).await?, queue: self.queue }),
            Err(error) => Err(error),
        }
    }
}

/// The name at the end of a queue's URL or ARN.
fn name_of(queue: &str) -> &str {
    queue.rsplit(['/', ':']).next().unwrap_or(queue)
}

/// The queues that there are.
///
/// # Errors
/// [`Error::NoStack`]
pub async fn names(stack: RunningStack) -> Result<Vec<String>, Error> {
    let queues: Vec<Value> = stack.get("queues").await?;
    Ok(queues.iter().filter_map(|queue| queue["name"].as_str().map(str::to_owned)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_goes_by_name_url_or_arn() {
        for queue in ["Jobs", "http://127.0.0.1:3000/000000000000/Jobs", "arn:aws:sqs:us-east-1:000000000000:Jobs"] {
            assert_eq!(name_of(queue), "Jobs");
        }
    }
}
