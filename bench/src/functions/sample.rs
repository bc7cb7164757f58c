//! The measurements of one program, as they were taken.

use std::time::{Duration, Instant};

use super::Repeat;
use super::answer;
use super::instance::{Instance, Invocation, Moment};
use super::program::Program;
use super::shop::Shop;
use crate::error::Error;
use crate::references;

/// One program is asked no longer than this while it is warm, as long as it was asked often enough for a median: a
/// password's hash takes a third of a second.
const LONG_ENOUGH: Duration = Duration::from_secs(5);
/// What is often enough.
const FEWEST: usize = 10;

/// Time since a process was started.
#[derive(Debug, Clone, Copy)]
pub struct Spent {
    pub cpu: Option<Duration>,
    pub wall: Duration,
}

/// What was measured of a program.
#[derive(Debug, Default)]
pub struct Sample {
    /// Until it asked for its first event.
    pub init: Vec<Spent>,
    /// Until it answered that.
    pub first_response: Vec<Spent>,
    /// The same of `hello`, started in turn.
    pub hello: Vec<Spent>,
    /// CPU time of the first event, until it asked for the next.
    pub first_request: Vec<Option<Duration>>,
    /// The same of warm ones, of one process.
    pub warm: Vec<Option<Duration>>,
    /// From an event to its answer.
    pub warm_wall: Vec<Duration>,
    /// Most memory of that process.
    pub peak: Option<u64>,
}

/// Starts the program again and again, in turn with `hello`, then asks the last of its processes.
pub async fn take(
    shop: &Shop<'_>,
    program: &Program,
    events: &str,
    hello: &Program,
    repeat: Repeat,
) -> Result<Sample, Error> {
    let mut sample = Sample::default();
    for start in 1..=repeat.starts {
        sample.hello.push(first_response(shop, hello).await?);
        let event = shop.event(events).await?;
        let instance = Instance::start(program).await?;
        let (spawned, polled) = (instance.spawned, instance.polled);
        let (instance, invocation) = instance.invoke(event).await?;
        answer::succeeded(&program.name, &invocation.answer)?;
        sample.init.push(since(spawned, polled));
        sample.first_response.push(since(spawned, invocation.responded));
        sample.first_request.push(cpu(&invocation));
        if start == repeat.starts {
            warm(shop, instance, program, events, repeat.requests, &mut sample).await?;
        }
    }
    Ok(sample)
}

/// What a reference takes until its first answer.
async fn first_response(shop: &Shop<'_>, reference: &Program) -> Result<Spent, Error> {
    let event = shop.event(references::LIKE).await?;
    let instance = Instance::start(reference).await?;
    let spawned = instance.spawned;
    let (_, invocation) = instance.invoke(event).await?;
    answer::succeeded(&reference.name, &invocation.answer)?;
    Ok(since(spawned, invocation.responded))
}

async fn warm(
    shop: &Shop<'_>,
    mut instance: Instance,
    program: &Program,
    events: &str,
    requests: u32,
    sample: &mut Sample,
) -> Result<(), Error> {
    let began = Instant::now();
    for _ in 0..requests {
        if sample.warm.len() >= FEWEST && began.elapsed() > LONG_ENOUGH {
            break;
        }
        let event = shop.event(events).await?;
        let (rested, invocation) = instance.invoke(event).await?;
        instance = rested;
        answer::succeeded(&program.name, &invocation.answer)?;
        sample.warm.push(cpu(&invocation));
        sample.warm_wall.push(invocation.responded.at.duration_since(invocation.handed_out.at));
    }
    sample.peak = instance.peak();
    Ok(())
}

fn since(spawned: Instant, moment: Moment) -> Spent {
    Spent { cpu: moment.cpu, wall: moment.at.duration_since(spawned) }
}

fn cpu(invocation: &Invocation) -> Option<Duration> {
    invocation.rested.cpu?.checked_sub(invocation.handed_out.cpu?)
}
