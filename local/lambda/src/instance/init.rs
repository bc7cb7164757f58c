//! The init phase: from the start of the process to its first poll.
//!
//! AWS tries a failed init once more, within the invocation. Here there is one try: what fails on the developer's
//! machine fails the same way again, and the developer should hear of it at once.

use std::time::Duration;

use tokio::time::Instant;

use super::{Event, Instance, reply};
use crate::failure::Failure;
use crate::job::{Job, Message};

/// Why there was no first poll.
pub(super) enum NotUp {
    Failed(Failure),
    EndedByTheStack,
}

impl Instance {
    /// Waits for the first poll.
    pub(super) async fn init(&mut self, began: Instant) -> Result<(), NotUp> {
        let limit = self.pool.stack.options.init_timeout;
        let failure = loop {
            match self.event(began + limit).await {
                Event::Message(Message::Next(next)) => {
                    self.next = Some(next);
                    return Ok(());
                }
                Event::Message(Message::InitError { error_type, body, accepted }) => {
                    let _ = accepted.send(true);
                    break Failure::Init { error_type, body };
                }
                Event::Message(Message::Kill) => return Err(NotUp::EndedByTheStack),
                Event::Message(message) => self.refuse(message),
                Event::Ended(status) => break Failure::Exited(status),
                Event::Deadline => break Failure::TimedOut(limit),
            }
        };
        Err(NotUp::Failed(failure))
    }

    /// Ends the process, and replies to the invocation that it was started for.
    pub(super) async fn never_came_up(mut self, job: Job, took: Duration, why: NotUp) {
        self.process.kill(&mut self.log).await;
        self.pool.leave(&self.instance_id, None);
        match why {
            NotUp::Failed(failure) => reply::fail_init(&mut self.log, &self.deployment, job, took, &failure),
            NotUp::EndedByTheStack => reply::shutting_down(job),
        }
    }
}
