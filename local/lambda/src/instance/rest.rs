//! Between two invocations: until there is a job and the process polls for one.

use tokio::time::Instant;

use super::invoke::Running;
use super::{Event, Instance};
use crate::job::{Job, Message};

impl Instance {
    /// Waits for the next invocation and delivers it; `None` when the instance has ended instead.
    ///
    /// The process has until `settle_by` to poll again: that is when its last invocation would have timed out.
    pub(super) async fn rest(&mut self, mut job: Option<Job>, settle_by: Instant) -> Option<Running> {
        let idle_until = Instant::now() + self.pool.stack.options.idle_timeout;
        loop {
            let polled = self.next.is_some();
            if self.stopping && polled {
                self.process.terminate(&mut self.log).await;
                break;
            }
            if polled && let Some(waiting) = job.take() {
                match self.deliver(waiting) {
                    Ok(running) => return Some(running),
                    Err(undelivered) => job = Some(*undelivered),
                }
                continue;
            }
            match self.event(if polled { idle_until } else { settle_by }).await {
                Event::Message(Message::Job(given)) => job = Some(given),
                Event::Message(Message::Next(next)) => self.next = Some(next),
                // Where the pool has taken it out of the idle ones already, the reason is the next message.
                Event::Deadline if polled => self.stopping = self.pool.retire(&self.instance_id),
                Event::Message(Message::Kill) | Event::Deadline | Event::Ended(_) => {
                    self.process.kill(&mut self.log).await;
                    break;
                }
                Event::Message(message) => self.refuse(message),
            }
        }
        self.leave(job);
        None
    }
}
