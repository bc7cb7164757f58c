//! Signals of writes, so that readers of a stream don't poll.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// A counter of writes for each table.
#[derive(Debug, Default)]
pub(crate) struct Writes(Mutex<HashMap<String, watch::Sender<u64>>>);

impl Writes {
    pub(crate) fn subscribe(&self, table: &str) -> watch::Receiver<u64> {
        self.lock().entry(table.to_owned()).or_default().subscribe()
    }

    /// Signals that these tables were written to; without names (PartiQL, a TTL sweep), that any may have been.
    pub(crate) fn announce(&self, tables: &[String]) {
        let senders = self.lock();
        if tables.is_empty() {
            senders.values().for_each(tick);
        }
        tables.iter().filter_map(|table| senders.get(table)).for_each(tick);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, watch::Sender<u64>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn tick(sender: &watch::Sender<u64>) {
    sender.send_modify(|count| *count += 1);
}
