//! A message: as it is sent, as it is kept, and as it is received.

use std::collections::BTreeMap;
use std::time::Duration;

use local_stories::Span;

use crate::attribute::Attributes;
use crate::digest;

/// A message to send.
#[derive(Debug, Clone, Default)]
pub struct NewMessage {
    /// `MessageBody`: 1 byte to 1 MiB, attributes included.
    pub body: String,
    /// `MessageAttributes`, at most ten.
    pub attributes: Attributes,
    /// `DelaySeconds`, at most 15 minutes; `None`: the queue's.
    pub delay: Option<Duration>,
    /// Who sends it: `SenderId`. `None`: the account.
    pub sender: Option<String>,
    /// `AWSTraceHeader`.
    pub trace_header: Option<String>,
    /// `MessageGroupId`. On a standard queue it only says which tenant a message is of.
    pub group_id: Option<String>,
    /// The place of the send in its stories: they go on with the message.
    pub span: Span,
}

impl NewMessage {
    /// A message of this body and nothing else.
    pub fn new(body: impl Into<String>) -> Self {
        Self { body: body.into(), ..Self::default() }
    }

    /// What counts against the size limit.
    pub(crate) fn bytes(&self) -> usize {
        self.body.len() + self.attributes.iter().map(|(name, value)| name.len() + value.bytes()).sum::<usize>()
    }
}

/// A message in a queue. Times are milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// `MessageId`.
    pub id: String,
    /// `Body`.
    pub body: String,
    /// `MessageAttributes`.
    pub attributes: Attributes,
    /// `SenderId`.
    pub sender: String,
    /// `SentTimestamp`: a dead-letter queue keeps that of the first send.
    pub sent: i64,
    /// `ApproximateReceiveCount`, in this queue and those it came from.
    pub receive_count: u32,
    /// `ApproximateFirstReceiveTimestamp`; `None` if it was never received.
    pub first_received: Option<i64>,
    /// `AWSTraceHeader`.
    pub trace_header: Option<String>,
    /// `MessageGroupId`.
    pub group_id: Option<String>,
    /// `DeadLetterQueueSourceArn`: the queue that gave it up.
    pub dead_letter_source: Option<String>,
}

impl Message {
    /// `MD5OfBody`.
    pub fn md5_of_body(&self) -> String {
        digest::of_body(&self.body)
    }

    /// `MD5OfMessageAttributes` over all its attributes; `None` if it has none.
    pub fn md5_of_attributes(&self) -> Option<String> {
        digest::of_attributes(&self.attributes)
    }

    /// Its system attributes by their AWS names, as ReceiveMessage (`All`) and Lambda's SQS events show them.
    pub fn system_attributes(&self) -> BTreeMap<&'static str, String> {
        let always = [
            ("ApproximateReceiveCount", Some(self.receive_count.to_string())),
            ("SentTimestamp", Some(self.sent.to_string())),
            ("SenderId", Some(self.sender.clone())),
        ];
        let sometimes = [
            ("ApproximateFirstReceiveTimestamp", self.first_received.map(|at| at.to_string())),
            ("AWSTraceHeader", self.trace_header.clone()),
            ("MessageGroupId", self.group_id.clone()),
            ("DeadLetterQueueSourceArn", self.dead_letter_source.clone()),
        ];
        always.into_iter().chain(sometimes).filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

/// A message somebody received and now holds until its visibility timeout ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// `ReceiptHandle` of this one receive: deletes the message, or changes how long it stays hidden.
    pub receipt_handle: String,
    /// The message.
    pub message: Message,
}

/// How many messages a queue has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Depth {
    /// Ready to be received (`ApproximateNumberOfMessages`).
    pub visible: u64,
    /// Received, neither deleted nor visible again (`ApproximateNumberOfMessagesNotVisible`).
    pub in_flight: u64,
    /// Sent with a delay that is not over (`ApproximateNumberOfMessagesDelayed`).
    pub delayed: u64,
}

/// What a redrive did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Redriven {
    /// Messages that were receivable when it began.
    pub found: u64,
    /// Messages moved.
    pub moved: u64,
    /// Why the others stayed.
    pub failure: Option<RedriveFailure>,
}

/// Why a redrive could not move a message. SQS Developer Guide: "Troubleshooting dead-letter queue redrive".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedriveFailure {
    /// It was sent to the dead-letter queue directly, so there is no queue to take it back to.
    NoSource,
    /// The queue it came from is no longer in the template.
    SourceGone,
}

impl RedriveFailure {
    /// `FailureReason` of ListMessageMoveTasks.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoSource => "CouldNotDetermineMessageSource",
            Self::SourceGone => "AWS.SimpleQueueService.NonExistentQueue",
        }
    }
}
