//! The queues: how many messages there are and which; sending one, and redriving dead letters.

use http::StatusCode;
use local_lambda::api::RequestId;
use local_sqs::{Message, NewMessage, RedriveFailure};
use local_stories::{Kind, Outcome, StoryKind, masked};
use serde::Deserialize;
use serde_json::{Value, json};

use super::look::look;
use super::{Failure, bad_request, failed};
use crate::stack::Stack;

/// The body of a control that sends a message.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sending {
    /// `MessageBody`.
    body: String,
}

/// Each queue, the number of its messages, and the functions that read it: none, if it is for dead letters.
pub async fn list(stack: &Stack) -> Result<Value, Failure> {
    let mut all = Vec::new();
    for queue in stack.sqs.all() {
        let depth = stack.sqs.depth(&queue.name).await.map_err(failed)?;
        let redrive = queue.redrive.as_ref().map(|redrive| {
            let dead_letters = stack.sqs.queue(&redrive.dead_letter_arn).map(|queue| queue.name.as_str());
            json!({"deadLetterQueue": dead_letters.unwrap_or_default(), "maxReceiveCount": redrive.max_receive_count})
        });
        all.push(json!({
            "name": queue.name,
            "visible": depth.visible,
            "inFlight": depth.in_flight,
            "delayed": depth.delayed,
            "readers": stack.event_sources.readers(&queue.arn).collect::<Vec<_>>(),
            "redrive": redrive,
            "visibilityTimeoutSeconds": queue.visibility_timeout.as_secs(),
            "retentionSeconds": queue.retention.as_secs(),
        }));
    }
    Ok(Value::Array(all))
}

/// The oldest messages of a queue, with secrets masked. Looking at them does not count as receiving.
pub async fn messages(stack: &Stack, queue: &str) -> Result<Value, Failure> {
    const MOST: usize = 100;
    let messages = stack.sqs.peek(queue, MOST).await.map_err(queue_error)?;
    look(move || Ok(messages.iter().map(shown).collect())).await
}

fn shown(message: &Message) -> Value {
    json!({
        "id": message.id,
        "sent": message.sent,
        "receiveCount": message.receive_count,
        "from": message.dead_letter_source,
        "body": masked(&message.body),
    })
}

/// Sends a message, and gives its id. As with an SDK, that begins a story.
pub async fn send(stack: &Stack, queue: &str, Sending { body }: Sending) -> Result<Value, Failure> {
    let call = stack.stories.begin(StoryKind::Operator, &RequestId::random().0, || "SendMessage".to_owned());
    let entry = call.span().child(Kind::Queue, "SendMessage");
    if entry.span().is_recorded() {
        entry.span().request(json!({"QueueUrl": queue, "MessageBody": body}).to_string().as_bytes());
    }
    let sent = stack.sqs.send(queue, NewMessage { span: entry.span().clone(), ..NewMessage::new(body) }).await;
    let answer = sent.as_ref().map(|id| json!({"MessageId": id}));
    entry.span().response(answer.unwrap_or_else(|error| json!({"message": error.to_string()})).to_string().as_bytes());
    entry.finish(if sent.is_ok() { Outcome::Ok } else { Outcome::Error });
    call.finish(None, sent.is_err());
    let id = sent.map_err(|error| match error {
        local_sqs::Error::Storage(_) | local_sqs::Error::QueueDoesNotExist => queue_error(error),
        refused => bad_request(refused),
    })?;
    Ok(json!({"id": id}))
}

/// Moves the messages of a queue for dead letters back to where they came from.
pub async fn redrive(stack: &Stack, queue: &str) -> Result<Value, Failure> {
    let arn = &stack.sqs.queue(queue).map_err(queue_error)?.arn;
    if let Some(reader) = stack.event_sources.readers(arn).next() {
        return Err((StatusCode::BAD_REQUEST, format!("{queue} has no dead letters: {reader} reads it")));
    }
    let redriven = stack.sqs.redrive(queue).await.map_err(queue_error)?;
    let failure = redriven.failure.map(RedriveFailure::code);
    Ok(json!({"found": redriven.found, "moved": redriven.moved, "failure": failure}))
}

fn queue_error(error: local_sqs::Error) -> Failure {
    match error {
        local_sqs::Error::QueueDoesNotExist => (StatusCode::NOT_FOUND, error.to_string()),
        error => failed(error),
    }
}
