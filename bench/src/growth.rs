//! Orders on a stack that has few of them, and on the same one once it has many: what one takes must not grow with those before it.

use std::sync::Arc;
use std::time::Duration;

use crate::cpu::Cpu;
use crate::error::Error;
use crate::figures::Growth;
use crate::generator::{self, Next, Plan};
use crate::load::{self, Shop};
use crate::progress;
use crate::stack::Stack;
use crate::statistics::quantile;
use crate::table::Table;
use crate::world::World;

/// Orders that are there before the first look, at least: enough that every function is warm.
const FEW: u64 = 500;

/// How often is looked each time; figures are medians.
const LOOKS: usize = 5;

const LOOK: Plan = Plan { connections: 16, warm_up: Duration::ZERO, lasts: Duration::from_secs(1) };

/// Measures orders after [`FEW`] and after `many` others.
pub async fn measure(world: &World, many: u64) -> Result<Vec<Growth>, Error> {
    let stack = Stack::start(world, "growth").await?;
    if Cpu::of(stack.pid()).is_err() {
        progress::say("this system does not tell the CPU time of processes");
        return Ok(Vec::new());
    }
    let Shop { products, customers } = Shop::open(&stack).await?;
    let next = load::in_turn(load::orders(&customers, &products));
    let mut all = Vec::new();
    let mut placed = 0;
    for before in [FEW, many] {
        while placed < before {
            progress::say(&format!("{placed} of {before} orders"));
            placed += place(&stack, &next).await?;
        }
        let orders = placed;
        let mut looks = Vec::new();
        for _ in 0..LOOKS {
            let earlier = Cpu::of(stack.pid())?;
            let count = place(&stack, &next).await?;
            looks.push(Cpu::of(stack.pid())?.since(earlier).of_each(count));
            placed += count;
        }
        let median = |of: fn(&Cpu) -> f64| quantile(looks.iter().map(of), 0.5).unwrap_or_default();
        all.push(Growth {
            orders,
            stack_cpu_ms: median(|cpu| cpu.stack_ms),
            functions_cpu_ms: median(|cpu| cpu.functions_ms),
        });
    }
    Ok(all)
}

/// Orders for a while, and waits until all that follows has happened. How many were placed.
async fn place(stack: &Stack, next: &Next) -> Result<u64, Error> {
    let outcome = generator::load(stack.address, LOOK, Arc::clone(next)).await?;
    if let Some(failure) = outcome.first_failure {
        return Err(Error::Answer { who: "the stack".to_owned(), answer: failure });
    }
    stack.drained().await?;
    Ok(outcome.succeeded)
}

/// Shows them.
pub fn table(all: &[Growth]) -> Table {
    let columns = ["orders before", "CPU ms of one", "of the stack", "of the functions", "of the first"];
    let mut table = Table::new("An order with all that follows, after few and after many", columns);
    for one in all {
        let first = all.first().map_or(one.cpu_ms(), Growth::cpu_ms);
        table.row([
            one.orders.to_string(),
            format!("{:.2}", one.cpu_ms()),
            format!("{:.2}", one.stack_cpu_ms),
            format!("{:.2}", one.functions_cpu_ms),
            format!("{:.0} %", 100.0 * one.cpu_ms() / first),
        ]);
    }
    table
}
