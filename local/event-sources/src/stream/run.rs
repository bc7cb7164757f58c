//! The task of one source.

use super::Stream;
use super::batch::Batches;

impl Stream {
    /// Feeds the function until dropped, which may be at any time.
    pub(crate) async fn run(self) {
        let mut batches = Batches::new(&self);
        loop {
            let batch = batches.next().await;
            self.deliver(batch.entries).await;
            // Past the records that the filters took out behind the last entry, too.
            self.position.pass(batch.through).await;
        }
    }
}
