//! Makes a history that fails shorter, as long as it still fails: halves are left out, then smaller parts, then single
//! operations ("delta debugging", Zeller and Hildebrandt, 2002).

use std::time::Instant;

use crate::history::{History, Operation, Step};
use crate::play::Failure;

/// The shortest history found that fails before the deadline, with its failure, and how many were tried. `fails` gives the
/// failure of a history.
pub async fn shrink(
    history: History,
    failure: Failure,
    deadline: Instant,
    mut fails: impl AsyncFnMut(&History) -> Option<Failure>,
) -> (History, Failure, usize) {
    let (mut best, mut failure, mut tries) = (until(history, &failure), failure, 0);
    let mut part = operations(&best).len().div_ceil(2);
    while part > 0 {
        let mut start = 0;
        let mut has_shrunk = false;
        while start < operations(&best).len() {
            if Instant::now() >= deadline {
                return (best, failure, tries);
            }
            let shorter = without(&best, start, part);
            tries += 1;
            match fails(&shorter).await {
                Some(why) => (best, failure, has_shrunk) = (until(shorter, &why), why, true),
                None => start += part,
            }
        }
        // Single ones are tried until none can be left out.
        if part > 1 || !has_shrunk {
            part /= 2;
        }
    }
    // Easier to follow, if it fails then too.
    let calm = History { is_calm: true, ..best.clone() };
    if !best.is_calm
        && let Some(why) = fails(&calm).await
    {
        return (calm, why, tries + 1);
    }
    (best, failure, tries)
}

/// The history as far as it was played.
fn until(mut history: History, failure: &Failure) -> History {
    history.steps.truncate(failure.steps);
    history
}

/// The operations of all steps.
fn operations(history: &History) -> Vec<&Operation> {
    history.steps.iter().flat_map(|step| &step.0).collect()
}

/// The history without `count` operations from this one on, and without steps that are empty then.
fn without(history: &History, start: usize, count: usize) -> History {
    let mut number = 0;
    let mut steps = Vec::new();
    for step in &history.steps {
        let mut left = Vec::new();
        for operation in &step.0 {
            if !(start..start + count).contains(&number) {
                left.push(operation.clone());
            }
            number += 1;
        }
        if !left.is_empty() {
            steps.push(Step(left));
        }
    }
    History { is_calm: history.is_calm, steps }
}
