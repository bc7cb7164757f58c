//! Names that no other run uses: a shop keeps the data of earlier runs.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::UNIX_EPOCH;

/// A number that no test was given before, in this run or any other: below 2^48.
pub(crate) fn number() -> u64 {
    static STARTED: OnceLock<u64> = OnceLock::new();
    static NEXT: AtomicU64 = AtomicU64::new(0);
    // In microseconds: no run uses as many numbers as pass until the next can start. They begin again after nine years.
    let started = STARTED.get_or_init(|| UNIX_EPOCH.elapsed().unwrap().as_micros() as u64);
    (started + NEXT.fetch_add(1, Ordering::Relaxed)) & 0xffff_ffff_ffff
}

/// A name that starts with this one, fit for URLs if this is: `Dishes-4c5e0a9d17b2`.
pub fn unique(name: &str) -> String {
    format!("{name}-{:012x}", number())
}
