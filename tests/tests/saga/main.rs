//! The saga of an order in the stores of both services, against the embedded DynamoDB: requests, late writes, events in any
//! order and more than once, sweeps and cancellations beside each other.
#![allow(clippy::unwrap_used)] // tests report by panicking

mod invariants;
mod shop;

use futures_util::future::join_all;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use shop::{Shop, Step};

/// Each seed is another order of things.
const SEEDS: std::ops::Range<u64> = 0..48;

/// Rounds of a seed. What is in one round happens at the same time.
const ROUNDS: usize = 24;

/// What may happen next.
fn step(random: &mut StdRng) -> Step {
    let order = random.random_range(0..2);
    // Most writes are late: what is hard comes after them.
    let write = [0, 1, 1, 1, 2][random.random_range(0..5)];
    match random.random_range(0..13) {
        0..=2 => Step::Request { order, body: random.random_range(0..2), write },
        3 => Step::WriteLate { which: random.random_range(0..16) },
        4..=7 => Step::Deliver { which: random.random_range(0..64), again: random.random_bool(0.3) },
        8..=9 => Step::Outlive { order },
        10..=11 => Step::Sweep,
        _ => Step::Cancel { order, confirmed_only: random.random_bool(0.7) },
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_happens_when_units_are_conserved_and_every_order_ends_where_it_should() {
    for seed in SEEDS {
        let mut random = StdRng::seed_from_u64(seed);
        let shop = Shop::open(seed).await;
        for _ in 0..ROUNDS {
            let steps: Vec<Step> = (0..random.random_range(1..4)).map(|_| step(&mut random)).collect();
            join_all(steps.into_iter().map(|step| shop.take(step))).await;
            shop.publish().await;
        }
        shop.come_to_rest(&mut random).await;
        shop.assert_sound().await;
    }
}
