//! The memory setting of each function.
//!
//! Memory is bought for the share of a core that comes with it; none of these functions needs 128 MB. CPU time costs the
//! same at every setting up to a whole core (half the share, twice the time), while the time a function waits costs in
//! proportion to its memory. So the cheapest setting is the smallest, always, and what speaks against it is only that
//! someone waits.

use local_template::{EventSource, Function};

use super::lambda::{Taken, cpu_ms};
use super::prices::Assumptions;

/// Settings to choose from, in MB: the smallest there is, its multiples, and a whole core.
pub const SETTINGS: [u32; 6] = [128, 192, 256, 512, 1_024, 1_769];

/// An invocation may take this much longer than with a core to itself. It is what nobody notices beside the way to the
/// region and back, and six functions one after another lie between an order and its confirmation.
pub const PATIENCE_MS: f64 = 10.0;

/// The peak of its memory has to fit in this often: Lambda counts the runtime's own as well, and a peak is one run's.
pub const HEADROOM: f64 = 4.0;

/// The smallest, and so the cheapest, setting that has room for a function and, if anyone waits for it, keeps to
/// [`PATIENCE_MS`].
#[allow(clippy::cast_precision_loss)] // bytes of a process
pub fn recommended(taken: Taken, is_waited_for: bool, assumptions: &Assumptions) -> u32 {
    let at_a_core = cpu_ms(taken.warm_cpu_ms, u32::MAX, assumptions);
    let fits = |memory: u32| f64::from(memory) * 1_048_576.0 >= taken.peak_bytes as f64 * HEADROOM;
    let in_time = |memory| !is_waited_for || cpu_ms(taken.warm_cpu_ms, memory, assumptions) - at_a_core <= PATIENCE_MS;
    let [.., most] = SETTINGS;
    SETTINGS.into_iter().find(|memory| fits(*memory) && in_time(*memory)).unwrap_or(most)
}

/// Whether anyone waits for a function: for one that a schedule calls, nobody does.
pub fn is_waited_for(function: &Function) -> bool {
    !function.sources.iter().any(|source| matches!(source, EventSource::Schedule(_)))
}
