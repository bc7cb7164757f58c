//! The queues of the template, and how requests name them.

use std::collections::BTreeMap;
use std::sync::Arc;

use local_template::ACCOUNT;
use tokio::sync::Notify;

use crate::Error;
use crate::error::MAX_MESSAGE_BYTES;

/// One queue.
#[derive(Debug)]
pub(crate) struct Queue {
    /// As the template has it.
    pub settings: local_template::Queue,
    /// Notified whenever a message may have become receivable earlier than expected.
    pub changed: Notify,
}

impl Queue {
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
        let queue = |settings: &local_template::Queue| Queue { settings: settings.clone(), changed: Notify::new() };
        let queues =
            Self(settings.into_iter().map(|settings| (settings.name.clone(), Arc::new(queue(settings)))).collect());
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
