//! The invoke phase: from the delivery of an event to the reply, with the function's response or without.

use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

use super::{Event, Instance, reply};
use crate::FunctionError;
use crate::failure::{Failure, response_too_large};
use crate::job::{Delivery, FunctionResponse, Job, Message};
use crate::report::{self, Figures};

/// An invocation that the process has been given.
pub(super) struct Running {
    job: Job,
    began: Instant,
    /// When it times out.
    pub(super) deadline: Instant,
}

impl Instance {
    /// Gives the process its event. The job comes back if the poll is gone.
    pub(super) fn deliver(&mut self, job: Job) -> Result<Running, Box<Job>> {
        let Some(next) = self.next.take().filter(|next| !next.is_closed()) else { return Err(Box::new(job)) };
        // Output since the last response does not belong to this invocation.
        self.process.drain(&mut self.log);
        self.log.belongs_to(job.span());
        self.pool.stack.is_at(&self.access_key_id, job.span());
        if job.request.tail {
            self.log.start_tail();
        }
        self.log.line(&report::start(&job.request.request_id));
        let spec = &self.deployment.spec;
        let began = Instant::now();
        match next.send(Delivery::new(&job.request, &spec.arn, spec.timeout)) {
            Ok(()) => Ok(Running { job, began, deadline: began + spec.timeout }),
            Err(_) => Err(Box::new(job)),
        }
    }

    /// Waits for the response and replies. Returns whether the instance lives on.
    ///
    /// `init` is how long the init phase took, for the invocation that caused it.
    pub(super) async fn invoke(&mut self, running: Running, init: Option<Duration>) -> bool {
        let failure = loop {
            match self.event(running.deadline).await {
                Event::Message(Message::Response { request_id, response, accepted })
                    if request_id == running.job.request.request_id && Instant::now() < running.deadline =>
                {
                    let peak = self.process.recent_peak_kib(u64::from(self.deployment.spec.memory_mb) * 1024);
                    let figures = self.figures(running.began.elapsed(), init, peak);
                    if figures.is_over_memory() {
                        break Failure::OutOfMemory;
                    }
                    self.responded(running.job, &figures, response, accepted);
                    return true;
                }
                Event::Message(Message::Kill) => {
                    self.process.kill(&mut self.log).await;
                    self.leave(None);
                    reply::shutting_down(running.job);
                    return false;
                }
                Event::Message(message) => self.refuse(message),
                Event::Ended(status) => break Failure::Exited(status),
                Event::Deadline => break Failure::TimedOut(self.deployment.spec.timeout),
            }
        };
        self.failed(running, init, &failure).await;
        false
    }

    fn responded(&mut self, job: Job, figures: &Figures, response: FunctionResponse, accepted: oneshot::Sender<bool>) {
        self.process.drain(&mut self.log);
        // First of all, so that whoever learns of the end, from the log or as the caller, finds the instance idle.
        self.stopping |= !self.pool.release(&self.instance_id);
        let request_id = &job.request.request_id;
        self.log.line(&report::end(request_id));
        self.log.line(&figures.report(request_id, None));
        figures.note(job.span());
        let (payload, function_error) = match response {
            FunctionResponse::Success(payload) => (payload, None),
            FunctionResponse::Error(payload) => (payload, Some(FunctionError::Reported)),
            FunctionResponse::TooLarge => (response_too_large(), Some(FunctionError::Reported)),
        };
        reply::reply(&mut self.log, job, payload, function_error);
        let _ = accepted.send(true);
    }

    /// Ends the process and tells the caller why there is no response.
    async fn failed(&mut self, running: Running, init: Option<Duration>, failure: &Failure) {
        let duration = match failure {
            Failure::TimedOut(limit) => *limit,
            _ => running.began.elapsed(),
        };
        let peak = self.process.peak_kib();
        let figures = self.figures(duration, init, peak);
        self.process.kill(&mut self.log).await;
        // Its concurrency must be free when the caller hears of the failure, as the caller may come straight back.
        self.leave(None);
        reply::fail(&mut self.log, running.job, &figures, failure);
    }
}
