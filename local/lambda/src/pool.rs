//! The instances of one function, and which of them takes an invocation.
//!
//! As on AWS ("Understanding Lambda function scaling"): an instance serves one invocation at a time; an idle one
//! is used before a new one is started, the most recently used first, so that the others can expire; and when
//! all the concurrency is in use the caller is refused, not queued.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use local_template::EventInvoke;
use tokio::sync::mpsc;

use crate::credentials::{Credentials, hex, key_prefix};
use crate::deployment::Deployment;
use crate::instance::Instance;
use crate::job::{Job, Message};
use crate::stack::{Mailbox, Stack};
use crate::{FunctionSpec, InvokeError};

/// One function of the stack, through all its deployments.
pub(crate) struct Pool {
    pub stack: Arc<Stack>,
    /// The function's name.
    pub name: String,
    /// What the access key ids of its instances begin with.
    pub key_prefix: String,
    state: Mutex<State>,
}

/// The lock is held for a few moves at a time, never across an await. Messages to instances are sent under it: once an
/// instance has left the pool, no job can be on the way to it that it would not find in its mailbox.
struct State {
    current: Arc<Deployment>,
    /// The most recently used last.
    idle: Vec<Member>,
    busy: Vec<Member>,
}

/// The pool's side of an instance.
struct Member {
    instance_id: Arc<str>,
    pid: Arc<std::sync::OnceLock<u32>>,
    deployment: Arc<Deployment>,
    mailbox: Mailbox,
}

/// What an instance gets when it starts.
pub(crate) struct Seat {
    pub pool: Arc<Pool>,
    pub deployment: Arc<Deployment>,
    pub credentials: Credentials,
    pub instance_id: Arc<str>,
    /// To be set to the process id.
    pub pid: Arc<std::sync::OnceLock<u32>>,
    pub mailbox: mpsc::UnboundedReceiver<Message>,
}

impl Pool {
    pub fn new(stack: Arc<Stack>, spec: FunctionSpec) -> Self {
        let name = spec.name.clone();
        let current = Arc::new(Deployment { spec });
        let state = Mutex::new(State { current, idle: Vec::new(), busy: Vec::new() });
        Self { stack, name, key_prefix: key_prefix(), state }
    }

    /// When an event for the function is given up.
    pub fn event_invoke(&self) -> EventInvoke {
        self.lock().current.spec.event_invoke
    }

    /// Replaces the function: idle instances of the old one end now, busy ones after their invocation.
    pub fn deploy(&self, spec: FunctionSpec) {
        let mut state = self.lock();
        state.current = Arc::new(Deployment { spec });
        state.stop_idle();
    }

    /// Ends the idle instances, for good if the stack is closing.
    pub fn stop_idle(&self) {
        self.lock().stop_idle();
    }

    /// Finds an instance for a job, or refuses it.
    pub fn dispatch(self: &Arc<Self>, job: Job) {
        self.lock().assign(self, job);
    }

    /// An instance has done its job. Returns whether it stays: then it is idle, and may have its next job already.
    pub fn release(&self, instance_id: &str) -> bool {
        let mut state = self.lock();
        let Some(member) = take(&mut state.busy, instance_id) else { return false };
        let stays = Arc::ptr_eq(&member.deployment, &state.current) && !self.stack.is_closing();
        if stays {
            state.idle.push(member);
        }
        stays
    }

    /// An instance that was idle for too long asks to end. Returns false if a job is already in its mailbox.
    pub fn retire(&self, instance_id: &str) -> bool {
        take(&mut self.lock().idle, instance_id).is_some()
    }

    /// An instance ends. A job that it was given but could not start goes to another instance, within the same
    /// concurrency.
    pub fn leave(self: &Arc<Self>, instance_id: &str, undone: Option<Job>) {
        let mut state = self.lock();
        take(&mut state.busy, instance_id);
        take(&mut state.idle, instance_id);
        if let Some(job) = undone {
            state.assign(self, job);
        }
    }

    /// The process id of each instance, and whether it is busy.
    pub fn members(&self) -> Vec<(Option<u32>, bool)> {
        let state = self.lock();
        let idle = state.idle.iter().map(|member| (member.pid.get().copied(), false));
        idle.chain(state.busy.iter().map(|member| (member.pid.get().copied(), true))).collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Gives a job to an idle instance or a new one, or refuses it.
    fn assign(&mut self, pool: &Arc<Pool>, mut job: Job) {
        if pool.stack.is_closing() {
            return job.reply(Err(InvokeError::Unavailable("shutting down".to_owned())));
        }
        while let Some(member) = self.idle.pop() {
            match member.mailbox.send(Message::Job(job)) {
                Ok(()) => return self.busy.push(member),
                // It is ending and about to leave: the next one, then.
                Err(mpsc::error::SendError(Message::Job(returned))) => job = returned,
                Err(_) => return,
            }
        }
        let spec = &self.current.spec;
        let limit = spec.reserved_concurrency.unwrap_or(pool.stack.options.concurrency);
        if self.busy.len() >= usize::try_from(limit).unwrap_or(usize::MAX) {
            return job.reply(Err(InvokeError::Throttled(spec.name.clone())));
        }
        self.start(pool, job);
    }

    /// A cold start.
    fn start(&mut self, pool: &Arc<Pool>, job: Job) {
        let (mailbox, receiver) = mpsc::unbounded_channel();
        let instance_id: Arc<str> = hex(rand::random::<[u8; 16]>()).into();
        let pid = Arc::default();
        let credentials = Credentials::generate(&pool.key_prefix);
        pool.stack.joined(&instance_id, mailbox.clone());
        let seat = Seat {
            pool: pool.clone(),
            deployment: self.current.clone(),
            credentials,
            instance_id: instance_id.clone(),
            pid: Arc::clone(&pid),
            mailbox: receiver,
        };
        self.busy.push(Member { instance_id, pid, deployment: self.current.clone(), mailbox });
        tokio::spawn(Instance::run(seat, job));
    }

    fn stop_idle(&mut self) {
        for member in self.idle.drain(..) {
            let _ = member.mailbox.send(Message::Stop);
        }
    }
}

fn take(members: &mut Vec<Member>, instance_id: &str) -> Option<Member> {
    let index = members.iter().position(|member| &*member.instance_id == instance_id)?;
    // In order: the idle ones are sorted by their last use.
    Some(members.remove(index))
}
