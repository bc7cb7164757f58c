//! The queues of the template, and how requests name them.

use std::collections::BTreeMap;
use std::sync::Arc;

use local_template::ACCOUNT;
use tokio::sync::watch;

use crate::Error;
use crate::error::MAX_MESSAGE_BYTES;

/// When the next message of a queue is receivable that has none.
pub(crate) const NEVER: i64 = i64::MAX;

/// While nobody knows: the database has to be asked.
pub(crate) const UNKNOWN: i64 = i64::MIN;

/// One queue.
#[derive(Debug)]
pub(crate) struct Queue {
    /// As the template has it.
    pub settings: local_template::Queue,
    /// [`due`](Self::due). Its receivers are told when it has become earlier.
    due: watch::Sender<i64>,
}

impl Queue {
    fn new(settings: &local_template::Queue) -> Self {
        Self { settings: settings.clone(), due: watch::Sender::new(UNKNOWN) }
    }

    /// When the next message is receivable, in milliseconds since 1970: none is before, and [`NEVER`] is none at all. As
    /// the database has it after its latest transaction, so that a look at an empty queue asks for nothing there.
    pub fn due(&self) -> i64 {
        *self.due.borrow()
    }

    /// Follows [`due`](Self::due). What is receivable later than expected is no news.
    pub fn watch_due(&self) -> watch::Receiver<i64> {
        self.due.subscribe()
    }

    /// Notes what a transaction has left.
    pub fn set_due(&self, at: i64) {
        self.due.send_if_modified(|due| at < std::mem::replace(due, at));
    }

    pub fn name(&self) -> &str {
        &self.settings.name
    }

    pub fn arn(&self) -> &str {
        &self.settings.arn
    }

    /// The attributes of GetQueueAttributes that the template decides.
    pub fn attributes(&self) -> BTreeMap<&'static str, String> {
        let settings = &self.settings;
        let mut attributes = BTreeMap::from([
            ("QueueArn", settings.arn.clone()),
            ("VisibilityTimeout", settings.visibility_timeout.as_secs().to_string()),
            ("MessageRetentionPeriod", settings.retention.as_secs().to_string()),
            ("DelaySeconds", settings.delay.as_secs().to_string()),
            ("ReceiveMessageWaitTimeSeconds", settings.receive_wait.as_secs().to_string()),
            ("MaximumMessageSize", MAX_MESSAGE_BYTES.to_string()),
            ("SqsManagedSseEnabled", "false".into()),
        ]);
        if let Some(redrive) = &settings.redrive {
            let policy = serde_json::json!({
                "deadLetterTargetArn": redrive.dead_letter_arn,
                "maxReceiveCount": redrive.max_receive_count,
            });
            attributes.insert("RedrivePolicy", policy.to_string());
        }
        attributes
    }
}

/// All queues, by name.
#[derive(Debug)]
pub(crate) struct Queues(BTreeMap<String, Arc<Queue>>);

impl Queues {
    /// Takes over the queues of a template.
    ///
    /// # Errors
    /// A redrive policy that leads nowhere, or back to its own queue.
    pub fn new<'a>(settings: impl IntoIterator<Item = &'a local_template::Queue>) -> Result<Self, Error> {
        let queues = settings.into_iter().map(|settings| (settings.name.clone(), Arc::new(Queue::new(settings))));
        let queues = Self(queues.collect());
        for queue in queues.iter() {
            if let Some(redrive) = &queue.settings.redrive
                && queues.by_arn(&redrive.dead_letter_arn).is_none_or(|target| target.name() == queue.name())
            {
                return Err(Error::DeadLetterQueue {
                    queue: queue.name().into(),
                    target: redrive.dead_letter_arn.clone(),
                });
            }
        }
        Ok(queues)
    }

    /// The queue of a URL (any scheme and host, `/ACCOUNT/NAME`), an ARN or a name.
    pub fn find(&self, reference: &str) -> Result<&Arc<Queue>, Error> {
        let found = if reference.starts_with("arn:") {
            self.by_arn(reference)
        } else if let Some((_, rest)) = reference.split_once("://") {
            let mut path = rest.split('/').skip(1);
            match (path.next(), path.next(), path.next()) {
                (Some(ACCOUNT), Some(name), None) => self.0.get(name),
                _ => None,
            }
        } else {
            self.0.get(reference)
        };
        found.ok_or(Error::QueueDoesNotExist)
    }

    pub fn by_arn(&self, arn: &str) -> Option<&Arc<Queue>> {
        self.iter().find(|queue| queue.arn() == arn)
    }

    /// The queues whose dead-letter queue is `target`.
    pub fn sources_of(&self, target: &Queue) -> impl Iterator<Item = &Arc<Queue>> {
        self.iter().filter(|queue| {
            queue.settings.redrive.as_ref().is_some_and(|redrive| redrive.dead_letter_arn == target.arn())
        })
    }

    /// In the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Queue>> {
        self.0.values()
    }
}
