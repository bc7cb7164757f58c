//! `cargo local dlq`: lists, shows and redrives dead letters.

use clap::{Args, Subcommand};
use local_sqs::RedriveFailure;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::client::segment;
use super::running_stack::RunningStack;
use super::send;
use crate::error::Error;

/// Show or redrive dead letters: messages and records that no function could process
#[derive(Debug, Args)]
pub struct Dlq {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    stack: RunningStack,
}

#[derive(Debug, Clone, Subcommand)]
enum Action {
    /// Count them, queue by queue (the default)
    List,
    /// Show those of one queue
    Show {
        /// The queue's name
        queue: String,
    },
    /// Send those of one queue back to the queues that they came from
    Redrive {
        /// The queue's name
        queue: String,
    },
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Queue {
    name: String,
    visible: u64,
    in_flight: u64,
    delayed: u64,
    readers: Vec<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    id: String,
    receive_count: u32,
    from: Option<String>,
    body: String,
}

#[derive(Deserialize, Serialize)]
struct Redriven {
    found: u64,
    moved: u64,
    failure: Option<String>,
}

impl Dlq {
    /// Does what is asked.
    ///
    /// # Errors
    /// [`Error::NoStack`], [`Error::NoQueue`], or [`Error::Refused`] by the stack.
    pub async fn run(self) -> Result<(), Error> {
        let stack = self.stack;
        match self.action.unwrap_or(Action::List) {
            Action::List => list(stack).await,
            Action::Show { queue } => show(&queue, stack).await,
            Action::Redrive { queue } => redrive(&queue, stack).await,
        }
    }
}

async fn list(stack: RunningStack) -> Result<(), Error> {
    let mut queues: Vec<Queue> = stack.get("queues").await?;
    // A queue for dead letters is one that no function reads.
    queues.retain(|queue| queue.readers.is_empty());
    let messages = |queue: &Queue| queue.visible + queue.in_flight + queue.delayed;
    stack.print(&queues, || {
        if queues.is_empty() {
            return "no queue is for dead letters".to_owned();
        }
        let all: u64 = queues.iter().map(messages).sum();
        let lines = queues.iter().map(|queue| format!("{:>6}  {}", messages(queue), queue.name));
        let end = (all == 0).then(|| "no dead letters".to_owned());
        lines.chain(end).collect::<Vec<_>>().join("\n")
    });
    Ok(())
}

async fn show(name: &str, stack: RunningStack) -> Result<(), Error> {
    let messages: Vec<Message> =
        known(name, stack, stack.get(&format!("queues/{}/messages", segment(name))).await).await?;
    stack.print(&messages, || {
        if messages.is_empty() {
            return format!("{name} is empty");
        }
        messages.iter().map(shown).collect::<Vec<_>>().join("\n\n")
    });
    Ok(())
}

fn shown(Message { id, receive_count, from, body }: &Message) -> String {
    let from = from.as_deref().and_then(|arn| arn.rsplit(':').next()).map(|queue| format!(" from {queue}"));
    let body = pretty(body).replace('\n', "\n  ");
    format!("{id}{}, received {receive_count} times\n  {body}", from.unwrap_or_default())
}

async fn redrive(name: &str, stack: RunningStack) -> Result<(), Error> {
    let redriven = stack.post(&format!("queues/{}/redrive", segment(name)), None).await;
    let redriven: Redriven = known(name, stack, redriven).await?;
    stack.print(&redriven, || match redriven.found {
        0 => format!("{name} is empty"),
        found => format!("{} of {found} messages of {name} are back where they came from", redriven.moved),
    });
    match redriven.failure {
        None => Ok(()),
        Some(code) if code == RedriveFailure::NoSource.code() => {
            Err(Error::Refused(format!("the others stay, as they were sent to {name} itself: {code}")))
        }
        Some(code) => Err(Error::Refused(format!("the others stay: {code}"))),
    }
}

/// An answer, or which queues there are where this one is not.
async fn known<T>(name: &str, stack: RunningStack, answer: Result<T, Error>) -> Result<T, Error> {
    match answer {
        Err(Error::Unknown(_)) => Err(Error::NoQueue { queue: name.to_owned(), queues: send::names(stack).await? }),
        answer => answer,
    }
}

/// JSON on several lines; any other text unchanged.
fn pretty(body: &str) -> String {
    let json = serde_json::from_str::<Value>(body).and_then(|value| serde_json::to_string_pretty(&value));
    json.unwrap_or_else(|_| body.to_owned())
}

#[cfg(test)]
mod tests {
    use super::pretty;

    #[test]
    fn a_body_is_shown_readably() {
        assert_eq!(pretty(r#"{"a":1}"#), "{\n  \"a\": 1\n}");
        assert_eq!(pretty("plain text"), "plain text");
    }
}
