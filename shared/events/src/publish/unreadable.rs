//! The queue for records that can't be read, for a second function on the stream of a publisher's table.

use serde_json::value::RawValue;

use super::sender::{Message, Sender, SqsSender, send_all};

/// The queue for records that can't be read, so that one of them does not stop the records after it.
pub struct UnreadableQueue {
    url: String,
    sender: SqsSender,
}

/// The queue did not accept the records, after every try.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("records that can't be read could not be set aside")]
pub struct NotSent;

impl UnreadableQueue {
    /// The queue that `UNREADABLE_QUEUE` names.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub fn from_env() -> Result<Self, aws::ConfigError> {
        Ok(Self { url: aws::required("UNREADABLE_QUEUE")?, sender: SqsSender::new()? })
    }

    /// Sends the records as they came, so the table must have no secrets. A repeated call sends them again.
    ///
    /// # Errors
    /// [`NotSent`]
    pub async fn send(&self, records: &[&RawValue]) -> Result<(), NotSent> {
        send(&self.sender, &self.url, records).await
    }
}

pub(super) async fn send(sender: &impl Sender, queue: &str, records: &[&RawValue]) -> Result<(), NotSent> {
    let message = |(index, record): (usize, &&RawValue)| Message::unreadable(index, queue, record.get());
    let messages: Vec<Message> = records.iter().enumerate().map(message).collect();
    match send_all(sender, queue, &messages).await {
        None => Ok(()),
        Some(_) => Err(NotSent),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sender::answers::{MISSING, QUEUE, Sqs};
    use super::*;

    #[tokio::test]
    async fn records_that_the_queue_does_not_accept_are_not_set_aside() {
        let sqs = Sqs::serve().await;
        let queue = |url: &str| UnreadableQueue { url: url.to_owned(), sender: sqs.sender() };
        let record = RawValue::from_string("{}".to_owned()).unwrap();
        assert_eq!(queue(QUEUE).send(&[&record]).await, Ok(()));
        assert_eq!(sqs.bodies(), ["{}"]);
        assert_eq!(queue(MISSING).send(&[&record]).await, Err(NotSent));
    }
}
