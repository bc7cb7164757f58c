//! Counts calls and capacity units by caller and operation, so that tests can hold functions to a budget.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

/// The name that calls without a known caller are counted under.
pub const UNKNOWN_CALLER: &str = "-";

/// What one caller used of one operation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// Calls made, failed ones too.
    pub calls: u64,
    /// Those that were answered with an error.
    pub failed: u64,
    /// Read or write capacity units of those that were not.
    pub units: f64,
}

/// Usage by caller (a function's name), then by operation.
pub type Calls = BTreeMap<String, BTreeMap<String, Usage>>;

/// Counts calls.
#[derive(Debug, Default)]
pub struct Metering(Mutex<Calls>);

impl Metering {
    /// The counts since the start or the last [`reset`](Self::reset).
    pub fn snapshot(&self) -> Calls {
        self.lock().clone()
    }

    /// Starts counting anew and gives the counts until now.
    pub fn reset(&self) -> Calls {
        std::mem::take(&mut *self.lock())
    }

    /// Counts a call; `units` is `None` if it failed.
    pub(crate) fn record(&self, caller: Option<&str>, operation: &str, units: Option<f64>) {
        let mut calls = self.lock();
        let usage = calls
            .entry(caller.unwrap_or(UNKNOWN_CALLER).to_owned())
            .or_default()
            .entry(operation.to_owned())
            .or_default();
        usage.calls += 1;
        match units {
            Some(units) => usage.units += units,
            None => usage.failed += 1,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Calls> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
