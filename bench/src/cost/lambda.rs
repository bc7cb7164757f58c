//! How long a function runs on Lambda, and what that costs.
//!
//! The time measured on one machine is not the time on AWS. What carries over is CPU time and the number of calls, so the
//! duration is put together from these: the CPU time, divided by the share of a core that comes with the memory setting,
//! and the calls one after another, each at an assumed time.

use std::collections::BTreeMap;

use super::prices::{Assumptions, Prices};
use crate::figures::Function;

/// What was measured of a function, as far as costs come of it. A system that does not tell it has no costs.
#[derive(Debug, Clone, Copy)]
pub struct Taken {
    pub init_cpu_ms: f64,
    pub first_request_cpu_ms: f64,
    pub warm_cpu_ms: f64,
    pub peak_bytes: u64,
}

impl Taken {
    /// Of this function, if all of it was measured.
    pub fn of(function: &Function) -> Option<Self> {
        Some(Self {
            init_cpu_ms: function.init_cpu_ms?,
            first_request_cpu_ms: function.first_request_cpu_ms?,
            warm_cpu_ms: function.warm_cpu_ms?,
            peak_bytes: function.peak_bytes?,
        })
    }
}

/// What an invocation of a function takes.
#[derive(Debug, Clone, Copy)]
pub struct Work {
    pub taken: Taken,
    /// `MemorySize` in MB.
    pub memory: u32,
    /// What it waits for others.
    pub wait_ms: f64,
    /// Whether it asks Secrets Manager when it starts.
    pub reads_secret: bool,
}

/// What invocations cost, in dollars.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Compute {
    /// On x86_64, the price of the invocation included.
    pub x86: f64,
    /// The same on arm64, if a function takes as long there.
    pub arm: f64,
}

impl Work {
    /// The duration of a warm invocation.
    pub fn duration_ms(&self, assumptions: &Assumptions) -> f64 {
        cpu_ms(self.taken.warm_cpu_ms, self.memory, assumptions) + self.wait_ms
    }

    /// What so many invocations cost, those that start an instance among them. A duration is billed by the millisecond
    /// begun, and a start, which has a whole core whatever the memory, with it.
    pub fn cost(&self, invocations: f64, prices: &Prices) -> Compute {
        let assumptions = &prices.assumptions;
        let cold = assumptions.cold_share.value;
        let start = self.taken.init_cpu_ms * assumptions.cpu_factor.value + assumptions.init_wait_ms.value;
        let first = cpu_ms(self.taken.first_request_cpu_ms, self.memory, assumptions) + self.wait_ms;
        let warm = self.duration_ms(assumptions);
        let billed_ms = (1.0 - cold) * warm.ceil() + cold * (start + first).ceil();
        let gb_seconds = invocations * billed_ms / 1_000.0 * f64::from(self.memory) / 1_024.0;
        let secrets = if self.reads_secret { 2.0 * cold * invocations } else { 0.0 };
        let beside = prices.prices.lambda_requests.of(invocations) + prices.prices.secret_calls.of(secrets);
        Compute {
            x86: beside + prices.prices.x86_gb_seconds.of(gb_seconds),
            arm: beside + prices.prices.arm_gb_seconds.of(gb_seconds),
        }
    }
}

impl std::ops::Add for Compute {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { x86: self.x86 + other.x86, arm: self.arm + other.arm }
    }
}

impl std::iter::Sum for Compute {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), std::ops::Add::add)
    }
}

/// The time that this CPU time takes at a memory setting. One thread has no use for more than a core.
pub fn cpu_ms(measured: f64, memory: u32, assumptions: &Assumptions) -> f64 {
    let share = (f64::from(memory) / assumptions.core_mb.value).min(1.0);
    measured * assumptions.cpu_factor.value / share
}

/// The time these calls of the database take, one after another.
pub fn wait_ms(calls: &BTreeMap<String, u64>, assumptions: &Assumptions) -> f64 {
    let each = |operation: &str| match operation {
        "GetItem" | "BatchGetItem" | "Query" => assumptions.read_ms.value,
        "TransactWriteItems" => assumptions.transaction_ms.value,
        _ => assumptions.write_ms.value,
    };
    #[allow(clippy::cast_precision_loss)] // a handful of calls
    calls.iter().map(|(operation, count)| each(operation) * *count as f64).sum()
}
