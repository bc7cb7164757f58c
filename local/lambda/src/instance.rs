//! One execution environment: a process, from its start through the invocations it serves to its end.
//!
//! Each instance is a task that owns its process and takes all that happens to it from one queue, so that there is
//! an order to it. Its life has AWS's phases ("Understanding the Lambda execution environment lifecycle"), a file
//! each: [`init`] until the first poll, [`invoke`] from the delivery of an event to the response, and
//! [`rest`] in between.
//!
//! An instance goes back to the pool before the caller has its response, so that a caller who comes straight back
//! finds it. It may be given its next job before its process polls; a job that is not delivered when the process
//! ends has not been seen by anybody, and goes to another instance.

mod init;
mod invoke;
mod reply;
mod rest;

use std::io;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until};

use crate::deployment::Deployment;
use crate::failure::Failure;
use crate::job::{Delivery, Job, Message};
use crate::output::Log;
use crate::pool::{Pool, Seat};
use crate::process::Process;
use crate::report::Figures;
use crate::{InvokeError, environment};

pub(crate) struct Instance {
    pool: Arc<Pool>,
    deployment: Arc<Deployment>,
    instance_id: Arc<str>,
    /// Names its process to AWS's services.
    access_key_id: String,
    mailbox: mpsc::UnboundedReceiver<Message>,
    process: Process,
    log: Log,
    /// The process's poll, to be answered with an event.
    next: Option<oneshot::Sender<Delivery>>,
    /// Whether it ends as soon as it rests.
    stopping: bool,
}

/// What an instance waits for.
enum Event {
    Message(Message),
    Ended(ExitStatus),
    Deadline,
}

/// Removes an instance from its pool and the stack, however its task ends.
struct Presence {
    pool: Arc<Pool>,
    instance_id: Arc<str>,
    access_key_id: String,
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.pool.stack.is_gone(&self.access_key_id);
        self.pool.leave(&self.instance_id, None);
        self.pool.stack.left(&self.instance_id);
    }
}

impl Instance {
    /// Starts an instance for a job and runs it to its end.
    pub async fn run(seat: Seat, job: Job) {
        let Seat { pool, deployment, credentials, instance_id, pid, mailbox } = seat;
        let access_key_id = credentials.access_key_id.clone();
        let _presence =
            Presence { pool: pool.clone(), instance_id: instance_id.clone(), access_key_id: access_key_id.clone() };
        let began = Instant::now();
        let mut log = Log::new(pool.stack.options.log.clone(), deployment.spec.name.clone());
        // What it logs and asks for while it starts is for this invocation, too.
        log.belongs_to(job.span());
        pool.stack.is_at(&access_key_id, job.span());
        let command = environment::command(&pool.stack, &deployment, &credentials, &instance_id);
        match Process::start(command, pool.stack.options.reaper.as_ref()).await {
            Ok(process) => {
                let _ = pid.set(process.pid);
                let instance = Self {
                    pool,
                    deployment,
                    instance_id,
                    access_key_id,
                    mailbox,
                    process,
                    log,
                    next: None,
                    stopping: false,
                };
                instance.live(job, began).await;
            }
            Err(error) => {
                pool.leave(&instance_id, None);
                match not_executable(&deployment, &error) {
                    Some(failure) => reply::fail_init(&mut log, &deployment, job, began.elapsed(), &failure),
                    None => job.reply(Err(InvokeError::Unavailable(format!("starting a process: {error}")))),
                }
            }
        }
    }

    async fn live(mut self, job: Job, began: Instant) {
        if let Err(failure) = self.init(began).await {
            return self.never_came_up(job, began.elapsed(), failure).await;
        }
        let mut init = Some(began.elapsed());
        let mut first = Some(job);
        let mut settle_by = began + self.pool.stack.options.init_timeout;
        while let Some(running) = self.rest(first.take(), settle_by).await {
            settle_by = running.deadline;
            if !self.invoke(running, init.take()).await {
                break;
            }
        }
    }

    async fn event(&mut self, deadline: Instant) -> Event {
        tokio::select! {
            // What the process said before it ended, or before the deadline, counts.
            biased;
            Some(message) = self.mailbox.recv() => Event::Message(message),
            status = self.process.ended(&mut self.log) => Event::Ended(status),
            () = sleep_until(deadline) => Event::Deadline,
        }
    }

    /// Refuses a message that does not fit the phase the instance is in.
    fn refuse(&mut self, message: Message) {
        match message {
            Message::Response { accepted, .. } | Message::InitError { accepted, .. } => {
                let _ = accepted.send(false);
            }
            Message::Stop => self.stopping = true,
            // The pool gives jobs to idle instances only; should that ever fail, the job is not lost.
            Message::Job(job) => self.pool.dispatch(job),
            // The poll's handler hears that its sender was dropped.
            Message::Next(_) | Message::Kill => {}
        }
    }

    /// Leaves the pool; a job that was not delivered goes to another instance.
    fn leave(&mut self, mut undelivered: Option<Job>) {
        self.mailbox.close();
        while let Ok(message) = self.mailbox.try_recv() {
            match message {
                Message::Job(job) => undelivered = Some(job),
                message => self.refuse(message),
            }
        }
        self.pool.leave(&self.instance_id, undelivered);
    }

    fn figures(&self, duration: Duration, init: Option<Duration>, peak_kib: Option<u64>) -> Figures {
        Figures { duration, init, memory_mb: self.deployment.spec.memory_mb, peak_kib }
    }
}

/// What is wrong with the executable, if that is why it did not start.
fn not_executable(deployment: &Deployment, error: &io::Error) -> Option<Failure> {
    let executable = deployment.spec.executable.display();
    let is_at_fault = matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied)
        || error.raw_os_error() == Some(rustix::io::Errno::NOEXEC.raw_os_error());
    is_at_fault.then(|| Failure::NotExecutable(format!("fork/exec {executable}: {error}")))
}
