//! Knowing that nothing is left to do.

use std::time::Duration;

use local_dynamodb::Sequence;

use super::EventSources;
use crate::Error;
use crate::activity::{Activity, Level};

/// How long a queue's messages may be out of this process's hands before it looks again: others can delete them too.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// What is done with messages that failed, while everyone waits for the queues to be empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failed {
    /// They come again when their visibility timeout ends.
    Wait,
    /// They come again at once, and go to their dead-letter queues the sooner.
    Hurry,
}

/// What one look finds.
#[derive(PartialEq)]
struct Look {
    /// The position of each stream's source, and the end of its stream.
    streams: Vec<(Sequence, Sequence)>,
    /// What each queue's and each schedule's source does, before and after its messages were counted.
    others: Vec<(Level, u64, Level)>,
}

impl Look {
    fn is_level(&self) -> bool {
        let idle =
            |(before, messages, after): &(Level, u64, Level)| before.running == 0 && *messages == 0 && before == after;
        self.streams.iter().all(|(passed, latest)| passed >= latest) && self.others.iter().all(idle)
    }
}

impl EventSources {
    /// Returns when no source has anything left, all at the same moment: also not what functions wrote meanwhile.
    pub async fn drained(&self, failed: Failed) -> Result<(), Error> {
        loop {
            let before = self.look().await?;
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
                    if failed == Failed::Hurry {
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
            // No number ever goes back. If a second look finds what the first found, it was so in between: a message
            // that came and went would have been begun and ended.
            if before.is_level() && before == self.look().await? {
                return Ok(());
            }
        }
    }

    async fn look(&self) -> Result<Look, Error> {
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
        Ok(Look { streams, others })
    }

    fn activities(&self) -> impl Iterator<Item = &Activity> {
        let queues = self.queues.iter().map(super::Queue::activity);
        queues.chain(self.schedules.iter().map(super::Schedule::activity))
    }
}
