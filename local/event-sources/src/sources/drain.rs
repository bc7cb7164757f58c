//! Waiting until no source has anything left to deliver.

use std::time::Duration;

use local_dynamodb::Sequence;

use super::EventSources;
use crate::activity::{Activity, Level};
use crate::queue::Queue;
use crate::schedule::Schedule;
use crate::{Error, Redelivery};

/// The longest wait between two counts of a queue's messages: another process may delete messages unnoticed.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// A snapshot of all sources.
#[derive(PartialEq)]
struct Snapshot {
    /// The position of each stream's source, and the end of its stream.
    streams: Vec<(Sequence, Sequence)>,
    /// What each queue's and each schedule's source does, before and after its messages were counted.
    others: Vec<(Level, u64, Level)>,
}

impl Snapshot {
    fn is_level(&self) -> bool {
        let idle =
            |(before, messages, after): &(Level, u64, Level)| before.running == 0 && *messages == 0 && before == after;
        self.streams.iter().all(|(passed, latest)| passed >= latest) && self.others.iter().all(idle)
    }
}

impl EventSources {
    /// Returns when no source has anything left to deliver, all at the same moment. Records and messages that functions
    /// write meanwhile are waited for too.
    pub async fn drained(&self, redelivery: Redelivery) -> Result<(), Error> {
        loop {
            let before = self.snapshot().await?;
            for (watched, (_, latest)) in self.streams.iter().zip(&before.streams) {
                let mut progress = watched.progress.clone();
                if progress.wait_for(|progress| progress.passed >= *latest).await.is_err() {
                    return Err(watched.ended());
                }
            }
            for queue in &self.queues {
                let mut activity = queue.activity().watch();
                loop {
                    activity.mark_unchanged();
                    if redelivery == Redelivery::AtOnce {
                        queue.give_back().await;
                    }
                    if queue.messages().await? == 0 {
                        break;
                    }
                    let _ = tokio::time::timeout(LOOK_AGAIN, activity.changed()).await;
                }
            }
            for activity in self.activities() {
                // It lasts as long as the source does.
                let _ = activity.watch().wait_for(|level| level.running == 0).await;
            }
            // No number ever goes down. So if a second snapshot equals the first, nothing happened in between: a message
            // that came and went would have counted as a step.
            if before.is_level() && before == self.snapshot().await? {
                return Ok(());
            }
        }
    }

    async fn snapshot(&self) -> Result<Snapshot, Error> {
        let mut others = Vec::new();
        for queue in &self.queues {
            let before = queue.activity().level();
            let messages = queue.messages().await?;
            others.push((before, messages, queue.activity().level()));
        }
        for schedule in &self.schedules {
            let level = schedule.activity().level();
            others.push((level, 0, level));
        }
        let mut streams = Vec::new();
        for watched in &self.streams {
            let passed = watched.progress.borrow().passed;
            streams.push((passed, watched.reader.latest().await?));
        }
        Ok(Snapshot { streams, others })
    }

    fn activities(&self) -> impl Iterator<Item = &Activity> {
        let queues = self.queues.iter().map(Queue::activity);
        queues.chain(self.schedules.iter().map(Schedule::activity))
    }
}
