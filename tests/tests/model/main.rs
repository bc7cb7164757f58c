//! A model of the shop beside random operations.
//!
//! A seed gives a history ([`history`]): customers and admins who create, edit, order, cancel, list and search, while
//! functions are killed, consumers fail, holds expire and the whole stack is restarted. It is played over HTTP against a
//! `cargo local` ([`play`]), and each answer, and the whole shop at rest, is compared with what plain maps say ([`model`]).
//! A history that fails is made shorter ([`shrink`]) and printed with its seed.
#![allow(clippy::unwrap_used, clippy::expect_used)] // tests report by panicking

#[macro_use(apply)]
extern crate macro_rules_attribute;
#[macro_use(e2e)]
extern crate tests;

mod history;
mod model;
mod play;
mod shrink;

use std::panic;
use std::process::ExitCode;
use std::time::{Duration, Instant, UNIX_EPOCH};

use history::{History, generate};
use play::{Failure, play, stack};
use shrink::shrink;
use tests::Stack;

fn main() -> ExitCode {
    tests::main()
}

/// The seeds of `cargo test`. Among them are histories that find a retry at the price of an expired hold (6, 12), an order that
/// is cancelled because of its earlier hold (13, 20), a hold that is handed out although its time is over (2, 181), and one whose
/// order goes to another address at the hold's prices (1795873534078).
const SEEDS: [u64; 7] = [2, 6, 12, 13, 20, 181, 1_795_873_534_078];

/// How long a history that fails is made shorter.
const SHRINKING: Duration = Duration::from_secs(90);

/// Which histories are played.
enum Plan {
    /// Those of these seeds.
    Seeds(Vec<u64>),
    /// Those of this seed and the next ones, for so long.
    From(u64, Duration),
}

impl Plan {
    /// `MODEL_SEED` and `MODEL_SECONDS` (`tests/README.md`).
    fn read() -> Self {
        let variable = |name: &str| {
            let text = std::env::var(name).ok().filter(|text| !text.is_empty())?;
            Some(text.parse::<u64>().unwrap_or_else(|_| panic!("{name}={text}: it is a whole number")))
        };
        // Seeds of one run follow each other, so runs start far apart.
        let fresh = || UNIX_EPOCH.elapsed().unwrap().as_secs() * 1_000;
        match (variable("MODEL_SEED"), variable("MODEL_SECONDS")) {
            (None, None) => Self::Seeds(SEEDS.to_vec()),
            (Some(seed), None) => Self::Seeds(vec![seed]),
            (seed, Some(seconds)) => Self::From(seed.unwrap_or_else(fresh), Duration::from_secs(seconds)),
        }
    }

    fn seeds(self) -> Box<dyn Iterator<Item = u64>> {
        match self {
            Self::Seeds(seeds) => Box::new(seeds.into_iter()),
            Self::From(first, time) => {
                println!("histories of MODEL_SEED={first} and the next ones");
                let end = Instant::now() + time;
                Box::new((first..).take_while(move |_| Instant::now() < end))
            }
        }
    }
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn whatever_happens_the_shop_is_as_the_model_says() {
    let plan = Plan::read();
    let mut stack = stack().await;
    let mut played = 0;
    // What a history fails by is told at the end, and not each time that it fails again.
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    for seed in plan.seeds() {
        let history = generate(seed);
        if let Err(failure) = play(&mut stack, &history).await {
            let report = report(seed, history, failure).await;
            panic::set_hook(hook);
            // Told once, with the test's result.
            panic::resume_unwind(Box::new(report));
        }
        played += 1;
    }
    panic::set_hook(hook);
    println!("{played} histories: the shop was as the model said");
}

/// What is told of a history that fails.
async fn report(seed: u64, history: History, failure: Failure) -> String {
    eprintln!("seed {seed} fails; looking for a shorter history\n{history}{failure}");
    let length = history.steps.len();
    // A shop that has gone wrong is no place for another try.
    let mut clean: Option<Stack> = None;
    let fails = async |history: &History| {
        let mut stack = match clean.take() {
            Some(stack) => stack,
            None => stack().await,
        };
        let failure = play(&mut stack, history).await.err();
        if failure.is_none() {
            clean = Some(stack);
        }
        failure
    };
    let (shortest, why, tries) = shrink(history, failure, Instant::now() + SHRINKING, fails).await;
    format!(
        "the shop is not as the model says: seed {seed}\n\nThe shortest history that failed ({} of {length} steps, {tries} \
         tries):\n{shortest}\n{why}\n\nAgain: MODEL_SEED={seed} cargo test --test model\nWhat is at work at the same \
         time, such as consumers and operations of one step, takes turns by chance: a history may pass when it is played again.",
        shortest.steps.len(),
    )
}
