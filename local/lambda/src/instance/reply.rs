//! The last log lines of an invocation, and the reply to its caller.

use std::time::Duration;

use bytes::Bytes;

use crate::deployment::Deployment;
use crate::failure::Failure;
use crate::job::{Job, Outcome};
use crate::output::Log;
use crate::report::{self, Figures};
use crate::{FunctionError, Invocation, InvokeError};

/// Replies with what the function said.
pub(super) fn reply(log: &mut Log, job: Job, payload: Bytes, function_error: Option<FunctionError>) {
    let request_id = job.request.request_id.clone();
    let log_tail = log.take_tail();
    job.reply(Ok(Outcome { invocation: Invocation { request_id, payload, function_error }, log_tail }));
}

/// Replies for a function that failed without saying anything.
pub(super) fn fail(log: &mut Log, job: Job, figures: &Figures, failure: &Failure) {
    let request_id = &job.request.request_id;
    for line in report::failure(request_id, failure) {
        log.line(&line);
    }
    log.line(&report::end(request_id));
    log.line(&figures.report(request_id, Some(failure)));
    figures.note(job.span());
    job.span().note("error", failure.error_type());
    let payload = failure.payload(request_id);
    reply(log, job, payload, Some(failure.kind()));
}

/// Replies to the invocation that an instance was started for and whose init phase failed after `took`.
pub(super) fn fail_init(log: &mut Log, deployment: &Deployment, job: Job, took: Duration, failure: &Failure) {
    log.belongs_to(job.span());
    if job.request.tail {
        log.start_tail();
    }
    log.line(&report::init_report(took, failure));
    log.line(&report::start(&job.request.request_id));
    let memory_mb = deployment.spec.memory_mb;
    let figures = Figures { duration: Duration::ZERO, init: Some(took), memory_mb, peak_kib: None };
    fail(log, job, &figures, failure);
}

/// Replies that the stack is shutting down.
pub(super) fn shutting_down(job: Job) {
    job.reply(Err(InvokeError::Unavailable("shutting down".to_owned())));
}
