//! CPU time of processes, as Linux counts it.

use std::fs;

use crate::error::Error;
use crate::memory::tree;

/// CPU time of a stack, in milliseconds.
#[derive(Debug, Clone, Copy)]
pub struct Cpu {
    /// Of its own process.
    pub stack_ms: f64,
    /// Of all that descend from it, those that have ended too.
    pub functions_ms: f64,
}

impl Cpu {
    /// All until now of the stack with this process.
    pub fn of(root: u32) -> Result<Self, Error> {
        let (mut stack, mut functions) = (0, 0);
        // The root last: what ends meanwhile is among its children's.
        let (roots, others): (Vec<u32>, Vec<u32>) = tree(root)?.into_iter().partition(|pid| *pid == root);
        for pid in others.into_iter().chain(roots) {
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            let (own, of_children) = ticks_of(&stat);
            *(if pid == root { &mut stack } else { &mut functions }) += own;
            functions += of_children;
        }
        // `man proc_pid_stat`: Linux counts 100 a second wherever it tells programs.
        Ok(Self { stack_ms: stack as f64 * 10.0, functions_ms: functions as f64 * 10.0 })
    }

    /// What was used after another moment.
    pub fn since(self, earlier: Self) -> Self {
        Self { stack_ms: self.stack_ms - earlier.stack_ms, functions_ms: self.functions_ms - earlier.functions_ms }
    }

    /// The share of each of so many.
    pub fn of_each(self, count: u64) -> Self {
        let count = count.max(1) as f64;
        Self { stack_ms: self.stack_ms / count, functions_ms: self.functions_ms / count }
    }

    /// Of all processes.
    pub fn all_ms(self) -> f64 {
        self.stack_ms + self.functions_ms
    }
}

/// The user and system time of `/proc/PID/stat`, and those of children that were waited for.
fn ticks_of(stat: &str) -> (u64, u64) {
    let Some((_, rest)) = stat.rsplit_once(')') else { return (0, 0) };
    let mut ticks = rest.split_whitespace().skip(11).map(|ticks| ticks.parse::<u64>().unwrap_or_default());
    let mut both = || ticks.next().unwrap_or_default() + ticks.next().unwrap_or_default();
    (both(), both())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_times_of_a_process_follow_its_name_whatever_that_is() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 100 0 0 0 30 4 200 1 20 0 3 0 100 1000 10";
        assert_eq!((ticks_of(stat), ticks_of("")), ((34, 201), (0, 0)));
    }
}
