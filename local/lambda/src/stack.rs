//! What all functions of one [`Lambda`](crate::Lambda) share.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};

use local_stories::Span;
use tokio::sync::{mpsc, watch};

use crate::Options;
use crate::job::Message;

/// Sends messages to an instance.
pub(crate) type Mailbox = mpsc::UnboundedSender<Message>;

pub(crate) struct Stack {
    pub options: Options,
    /// Where the Runtime API listens.
    pub runtime_api: SocketAddr,
    /// Every living instance by its unguessable id, which is the base path of its Runtime API.
    directory: RwLock<HashMap<String, Mailbox>>,
    /// What each instance was last at, by its access key id.
    at_work: Mutex<HashMap<String, Span>>,
    closing: watch::Sender<bool>,
    /// How many instances have a process that has not ended.
    alive: watch::Sender<usize>,
}

impl Stack {
    pub fn new(options: Options, runtime_api: SocketAddr) -> Self {
        Self {
            options,
            runtime_api,
            directory: RwLock::default(),
            at_work: Mutex::default(),
            closing: watch::Sender::new(false),
            alive: watch::Sender::new(0),
        }
    }

    /// The mailbox of the instance with this id.
    pub fn mailbox(&self, instance_id: &str) -> Option<Mailbox> {
        self.directory.read().unwrap_or_else(PoisonError::into_inner).get(instance_id).cloned()
    }

    /// Registers an instance until [`left`](Self::left).
    pub fn joined(&self, instance_id: &str, mailbox: Mailbox) {
        self.directory.write().unwrap_or_else(PoisonError::into_inner).insert(instance_id.to_owned(), mailbox);
        self.alive.send_modify(|alive| *alive += 1);
    }

    /// The process of an instance has ended and been waited for.
    pub fn left(&self, instance_id: &str) {
        self.directory.write().unwrap_or_else(PoisonError::into_inner).remove(instance_id);
        self.alive.send_modify(|alive| *alive = alive.saturating_sub(1));
    }

    /// The instance with this access key is at an invocation: its calls of services belong there, until the next one.
    pub fn is_at(&self, access_key_id: &str, span: &Span) {
        let mut at_work = self.at_work();
        let before = match at_work.get_mut(access_key_id) {
            Some(at) => std::mem::replace(at, span.clone()),
            None => at_work.insert(access_key_id.to_owned(), span.clone()).unwrap_or_default(),
        };
        // What it has recorded is put away without the lock.
        drop(at_work);
        drop(before);
    }

    /// The instance with this access key is gone.
    pub fn is_gone(&self, access_key_id: &str) {
        let gone = self.at_work().remove(access_key_id);
        drop(gone);
    }

    /// The invocation that the instance with this access key is at, or was at last.
    pub fn span(&self, access_key_id: &str) -> Span {
        self.at_work().get(access_key_id).cloned().unwrap_or_default()
    }

    fn at_work(&self) -> MutexGuard<'_, HashMap<String, Span>> {
        self.at_work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// No new instance and no new invocation from now on.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    pub fn is_closing(&self) -> bool {
        *self.closing.borrow()
    }

    /// Waits until [`close`](Self::close) is called.
    pub async fn closed(&self) {
        let _ = self.closing.subscribe().wait_for(|closing| *closing).await;
    }

    /// Ends every instance at once.
    pub fn kill_all(&self) {
        for mailbox in self.directory.read().unwrap_or_else(PoisonError::into_inner).values() {
            let _ = mailbox.send(Message::Kill);
        }
    }

    /// Waits until no process is left.
    pub async fn all_left(&self) {
        let _ = self.alive.subscribe().wait_for(|alive| *alive == 0).await;
    }
}
