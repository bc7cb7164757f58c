//! The queues as the rest of the process uses them.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

use crate::queue::{Queue, Queues};
use crate::store::{self, Receipt, Store, now_ms};
use crate::{Depth, Error, Message, NewMessage, Received, Redriven, limits};

/// The longest sleep before another look at when the next message is due. Messages are due by the wall clock,
/// which may be set, and which goes on while a laptop sleeps; timers do neither.
const LONGEST_NAP: Duration = Duration::from_secs(10);

/// The queues of a template. Cloning it is cheap and gives the same queues.
///
/// A queue is named by its name, its ARN or its URL. Each method fails with [`Error::QueueDoesNotExist`] if the
/// template has no such queue, and with [`Error::Storage`] if the disk does.
#[derive(Debug, Clone)]
pub struct Sqs {
    queues: Arc<Queues>,
    store: Store,
}

impl Sqs {
    /// Opens the queues kept in `dir`, making the folder and what is missing in it.
    ///
    /// The settings are those of `queues`, whatever they were before. Messages of a queue that is not among them any
    /// more stay on disk, out of reach until it is again.
    ///
    /// # Errors
    /// [`Error::DeadLetterQueue`] if a redrive policy leads to no other of the queues; [`Error::Folder`],
    /// [`Error::Format`] or [`Error::Storage`] if the folder can't be used.
    pub fn open<'a>(dir: &Path, queues: impl IntoIterator<Item = &'a local_template::Queue>) -> Result<Self, Error> {
        let queues = Arc::new(Queues::new(queues)?);
        let file = dir.join("sqs.sqlite");
        let private = local_private_files::create_folder(dir).and_then(|()| local_private_files::create_file(&file));
        private.map_err(|error| Error::Folder { path: error.path, source: error.cause })?;
        let connection = store::open(&file, &queues)?;
        Ok(Self { queues, store: Store::start(connection)? })
    }

    /// Holds the queues until what is given is dropped, and gives a view of the database as it is.
    ///
    /// # Errors
    /// [`Error::Snapshot`], or [`Error::Stopped`] once they are closed.
    pub async fn hold(&self) -> Result<local_snapshots::Held, Error> {
        self.store.hold().await
    }

    /// Closes the database, after the calls that came before. Calls that come later fail.
    pub async fn close(&self) {
        self.store.close().await;
    }

    /// The queue as the template describes it.
    pub fn queue(&self, queue: &str) -> Result<&local_template::Queue, Error> {
        Ok(&self.queues.find(queue)?.settings)
    }

    /// All queues as the template describes them, in the order of their names.
    pub fn all(&self) -> impl Iterator<Item = &local_template::Queue> {
        self.queues.iter().map(|queue| &queue.settings)
    }

    /// Sends a message and gives its id. Once it is answered the message survives the end of the process.
    ///
    /// # Errors
    /// What SQS refuses about a message, by its own name.
    pub async fn send(&self, queue: &str, message: NewMessage) -> Result<String, Error> {
        let mut ids = self.send_all(queue, vec![message]).await?;
        Ok(ids.remove(0))
    }

    /// Sends messages, all or none, and gives their ids in the same order.
    ///
    /// # Errors
    /// What SQS refuses about any of the messages, by its own name.
    pub async fn send_all(&self, queue: &str, messages: Vec<NewMessage>) -> Result<Vec<String>, Error> {
        let queue = Arc::clone(self.queues.find(queue)?);
        messages.iter().try_for_each(limits::check)?;
        self.store.run(move |work| messages.iter().map(|message| store::send(work, &queue, message)).collect()).await
    }

    /// Receives what there is now, at most `max` messages (any number: SQS's ten is a limit of its API), and hides each
    /// for `visibility`, or the queue's own timeout. What was received too often moves to the dead-letter queue instead.
    ///
    /// # Errors
    /// [`Error::InvalidParameterValue`] for a visibility over 12 hours.
    pub async fn receive(&self, queue: &str, max: usize, visibility: Option<Duration>) -> Result<Vec<Received>, Error> {
        let queue = Arc::clone(self.queues.find(queue)?);
        visibility.map_or(Ok(()), limits::check_visibility)?;
        self.store.check_open()?;
        if queue.due() > now_ms() {
            return Ok(Vec::new());
        }
        let queues = Arc::clone(&self.queues);
        self.store.run(move |work| store::receive(work, &queues, &queue, max, visibility)).await
    }

    /// Receives like [`receive`](Self::receive), and waits for the first message up to `wait`: SQS's long polling.
    ///
    /// # Errors
    /// Those of [`receive`](Self::receive).
    pub async fn receive_within(
        &self,
        queue: &str,
        max: usize,
        visibility: Option<Duration>,
        wait: Duration,
    ) -> Result<Vec<Received>, Error> {
        let deadline = Instant::now() + wait;
        loop {
            let received = self.receive(queue, max, visibility).await?;
            if !received.is_empty() || Instant::now() >= deadline {
                return Ok(received);
            }
            // Another receiver may be faster than this one: then the wait goes on.
            match timeout_at(deadline, self.wait_for_messages(queue)).await {
                Ok(waited) => waited?,
                Err(_) => return Ok(Vec::new()),
            }
        }
    }

    /// Resolves when a message may be receivable: at once if one is, else when one is sent, is given back, or its delay
    /// or visibility timeout ends. Another receiver may still be faster, so a receive after it can be empty.
    pub async fn wait_for_messages(&self, queue: &str) -> Result<(), Error> {
        let mut due = self.queues.find(queue)?.watch_due();
        loop {
            self.store.check_open()?;
            let left = due.borrow_and_update().saturating_sub(now_ms());
            if left <= 0 {
                return Ok(());
            }
            tokio::select! {
                // What is written between the look and this wakes too.
                _ = due.changed() => {}
                () = sleep(LONGEST_NAP.min(Duration::from_millis(left.unsigned_abs()))) => {}
            }
        }
    }

    /// Deletes the message of a receipt handle. An outdated handle deletes nothing, and that is no error.
    ///
    /// # Errors
    /// [`Error::ReceiptHandleIsInvalid`] if the queue gave out no such handle.
    pub async fn delete(&self, queue: &str, receipt_handle: &str) -> Result<(), Error> {
        self.delete_all(queue, [receipt_handle]).await
    }

    /// Deletes the messages of several receipt handles in one go: all, or on an error none.
    ///
    /// # Errors
    /// [`Error::ReceiptHandleIsInvalid`] if the queue gave out no such handle.
    pub async fn delete_all(
        &self,
        queue: &str,
        receipt_handles: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<(), Error> {
        let queue = Arc::clone(self.queues.find(queue)?);
        let receipts = read_all(&queue, receipt_handles)?;
        self.store
            .run(move |work| receipts.into_iter().try_for_each(|receipt| store::delete(work, &queue, receipt)))
            .await
    }

    /// Makes a message in flight visible again `timeout` from now; zero gives it back at once.
    ///
    /// # Errors
    /// [`Error::ReceiptHandleIsInvalid`] for a handle of another queue, [`Error::MessageNotInflight`] if nobody holds the
    /// message, [`Error::InvalidParameterValue`] if it is gone, was received again, or would be held over 12 hours.
    pub async fn change_visibility(&self, queue: &str, receipt_handle: &str, timeout: Duration) -> Result<(), Error> {
        let queue = Arc::clone(self.queues.find(queue)?);
        let receipt = Receipt::read(&queue, receipt_handle)?;
        self.store.run(move |work| store::change_visibility(work, &queue, receipt, timeout)).await
    }

    /// How many messages the queue has, exactly.
    pub async fn depth(&self, queue: &str) -> Result<Depth, Error> {
        let queue = Arc::clone(self.queues.find(queue)?);
        self.store.run(move |work| store::depth(work, &queue)).await
    }

    /// The oldest `max` messages of the queue, whatever their state, without receiving them.
    pub async fn peek(&self, queue: &str, max: usize) -> Result<Vec<Message>, Error> {
        let queue = Arc::clone(self.queues.find(queue)?);
        self.store.run(move |work| store::peek(work, &queue, max)).await
    }

    /// Deletes every message of the queue.
    pub async fn purge(&self, queue: &str) -> Result<(), Error> {
        let queue = Arc::clone(self.queues.find(queue)?);
        self.store.run(move |work| store::purge(work, &queue)).await
    }

    /// Moves the receivable messages of a dead-letter queue back to the queues that gave them up, as new messages.
    pub async fn redrive(&self, dead_letter_queue: &str) -> Result<Redriven, Error> {
        let source = Arc::clone(self.queues.find(dead_letter_queue)?);
        Ok(self.move_messages(source, None).await?.1)
    }

    /// Redrives to `destination`, or to where the messages came from, and gives the number of the task too.
    pub(crate) async fn move_messages(
        &self,
        source: Arc<Queue>,
        destination: Option<Arc<Queue>>,
    ) -> Result<(i64, Redriven), Error> {
        let queues = Arc::clone(&self.queues);
        self.store.run(move |work| store::redrive(work, &queues, &source, destination.as_ref())).await
    }

    pub(crate) fn queues(&self) -> &Queues {
        &self.queues
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }
}

fn read_all(queue: &Queue, handles: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Vec<Receipt>, Error> {
    handles.into_iter().map(|handle| Receipt::read(queue, handle.as_ref())).collect()
}
