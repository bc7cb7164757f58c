//! What is likely to follow an order that may be unwritten.

use std::collections::VecDeque;

use rand::Rng;
use rand::rngs::StdRng;

use super::Consumer;

/// A kind of operation that follows.
#[derive(Debug, Clone, Copy)]
pub enum Next {
    HoldsTimeOut,
    Sweep,
    Edit,
    HoldUp(Consumer),
    /// The order is asked for again, as it was.
    Again,
    Recover,
}

/// The time of the order's hold ends, maybe a sweep comes; a product is edited and consumers are held up before it is asked
/// for again, and after that maybe another sweep comes.
pub fn plan(random: &mut StdRng) -> VecDeque<Next> {
    let mut plan = Vec::new();
    if random.random_bool(0.9) {
        plan.push(Next::HoldsTimeOut);
        if random.random_bool(0.5) {
            plan.push(Next::Sweep);
        }
    }
    if random.random_bool(0.8) {
        plan.insert(random.random_range(0..=plan.len()), Next::Edit);
    }
    for consumer in [Consumer::ApplyStockEvent, Consumer::SettleReservation] {
        if random.random_bool(0.5) {
            plan.insert(random.random_range(0..=plan.len().min(1)), Next::HoldUp(consumer));
        }
    }
    plan.push(Next::Again);
    if random.random_bool(0.7) {
        plan.push(Next::Sweep);
    }
    if random.random_bool(0.5) {
        plan.push(Next::Recover);
    }
    plan.into()
}
