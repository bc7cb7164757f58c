//! `cargo local dlq`: lists, shows and redrives dead letters.

use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;

use crate::arguments::DeadLetters;
use crate::client;
use crate::console;
use crate::error::Error;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Queue {
    name: String,
    visible: u64,
    in_flight: u64,
    delayed: u64,
    readers: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    id: String,
    receive_count: u32,
    from: Option<String>,
    body: String,
}

#[derive(Deserialize)]
struct Redriven {
    found: u64,
    moved: u64,
    failure: Option<String>,
}

/// Runs the command on the stack at `port`.
///
/// # Errors
/// [`Error::NoStack`], or [`Error::Refused`] by the stack.
pub async fn run(action: DeadLetters, port: u16) -> Result<(), Error> {
    match action {
        DeadLetters::List => list(port).await,
        DeadLetters::Show { name } => show(&name, port).await,
        DeadLetters::Redrive { name } => redrive(&name, port).await,
    }
}

async fn list(port: u16) -> Result<(), Error> {
    let queues: Vec<Queue> = client::control(port, Method::GET, "queues").await?;
    // A queue for dead letters is one that no function reads.
    for queue in queues.iter().filter(|queue| queue.readers.is_empty()) {
        let messages = queue.visible + queue.in_flight + queue.delayed;
        console::say(&format!("{messages:>6}  {}", queue.name));
    }
    Ok(())
}

async fn show(name: &str, port: u16) -> Result<(), Error> {
    let messages: Vec<Message> = client::control(port, Method::GET, &format!("queues/{name}/messages")).await?;
    for Message { id, receive_count, from, body } in messages {
        let from = from.as_deref().and_then(|arn| arn.rsplit(':').next()).map(|queue| format!(" from {queue}"));
        console::say(&format!("{id}{}, received {receive_count} times", from.unwrap_or_default()));
        console::say(&format!("  {}\n", pretty(&body).replace('\n', "\n  ")));
    }
    Ok(())
}

async fn redrive(name: &str, port: u16) -> Result<(), Error> {
    let Redriven { found, moved, failure } =
        client::control(port, Method::POST, &format!("queues/{name}/redrive")).await?;
    console::say(&format!("{moved} of {found} messages of {name} are back where they came from"));
    match failure {
        None => Ok(()),
        Some(code) => Err(Error::Refused(format!("the others stay: {code}"))),
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
