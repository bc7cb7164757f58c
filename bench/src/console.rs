//! What the console's stories cost: the same loads on a stack that records none, on one that records them, and on one that
//! records them while somebody looks. They take turns, so that whatever else the machine does meets all three.

use std::sync::Arc;
use std::time::Duration;

use http::Method;

use crate::ask::Ask;
use crate::connection::Connection;
use crate::cpu::Cpu;
use crate::error::Error;
use crate::figures::{Console, Rate};
use crate::generator::{self, Next, Plan};
use crate::load::{self, Shop};
use crate::memory;
use crate::progress;
use crate::stack::Stack;
use crate::statistics::quantile;
use crate::table::Table;
use crate::world::World;

/// Short, as there are many turns: from one minute to the next a machine differs by more than the ways do.
const PLAN: Plan = Plan { connections: 8, warm_up: Duration::from_millis(100), lasts: Duration::from_secs(1) };

/// How many rounds count, if nothing else is said.
pub const ROUNDS: u32 = 30;

/// Rounds that only warm up, what is recorded too.
const WARM_UP: usize = 3;

/// How long the console's list waits for news, in seconds, and for how long it then shows them.
const WAIT: u64 = 15;
const SHOWN_FOR: Duration = Duration::from_millis(200);

/// The three ways, and what their stacks are started with.
const WAYS: [(&str, &[&str]); 3] =
    [("--no-stories", &["--no-stories"]), ("recorded", &[]), ("recorded and looked at", &[])];
const LOOKED_AT: usize = 2;

/// A stack of one way, and the loads it gets.
struct Side {
    stack: Stack,
    loads: [Next; 2],
    /// The rates of each round: of reads, of orders.
    rounds: Vec<[Rate; 2]>,
}

/// Measures the three ways, in rounds in which each has its turn.
pub async fn measure(world: &World, rounds: u32) -> Result<Vec<Console>, Error> {
    let mut sides = Vec::new();
    for (at, (_, arguments)) in WAYS.into_iter().enumerate() {
        let stack = Stack::start_with(world, &format!("console-{at}"), arguments).await?;
        let Shop { products, customers } = Shop::open(&stack).await?;
        let gets = products.iter().map(|id| Ask::get(&format!("/api/products/{id}"))).collect();
        let orders = load::orders(&customers, &products);
        sides.push(Side { stack, loads: [load::in_turn(gets), load::in_turn(orders)], rounds: Vec::new() });
    }
    for round in 0..WARM_UP + rounds as usize {
        if round % 5 == 0 {
            progress::say(&format!("round {} of {}", round + 1, WARM_UP + rounds as usize));
        }
        for turn in 0..WAYS.len() {
            let way = (round + turn) % WAYS.len();
            let rates = sides[way].turn(way == LOOKED_AT).await?;
            if round >= WARM_UP {
                sides[way].rounds.push(rates);
            }
        }
    }
    let none = &sides[0];
    let shown = |(way, side): (usize, &Side)| {
        Ok(Console {
            way: WAYS[way].0.to_owned(),
            reads: side.median(0),
            orders: side.median(1),
            reads_of_none: side.compared(none, 0),
            orders_of_none: side.compared(none, 1),
            stack_bytes: memory::pss(side.stack.pid())?,
        })
    };
    sides.iter().enumerate().map(shown).collect()
}

impl Side {
    async fn turn(&self, is_looked_at: bool) -> Result<[Rate; 2], Error> {
        let look = is_looked_at.then(|| tokio::spawn(look(self.stack.address)));
        let reads = self.rate(&self.loads[0]).await?;
        let orders = self.rate(&self.loads[1]).await?;
        if let Some(look) = look {
            look.abort();
            // It ends by itself only if it failed.
            if let Ok(Err(error)) = look.await {
                return Err(error);
            }
        }
        Ok([reads, orders])
    }

    async fn rate(&self, next: &Next) -> Result<Rate, Error> {
        let before = Cpu::of(self.stack.pid())?;
        let outcome = generator::load(self.stack.address, PLAN, Arc::clone(next)).await?;
        if let Some(failure) = outcome.first_failure {
            return Err(Error::Answer { who: "the stack".to_owned(), answer: failure });
        }
        self.stack.drained().await?;
        let cpu = Cpu::of(self.stack.pid())?.since(before).of_each(outcome.succeeded);
        Ok(Rate { per_second: outcome.latencies.count() as f64 / PLAN.lasts.as_secs_f64(), cpu_ms: cpu.all_ms() })
    }

    fn median(&self, load: usize) -> Rate {
        median(self.rounds.iter().map(|round| round[load]))
    }

    /// Each round's rates as multiples of the other's in the same round, and the median of these.
    fn compared(&self, other: &Self, load: usize) -> Rate {
        let pairs = self.rounds.iter().zip(&other.rounds).map(|(one, other)| (one[load], other[load]));
        median(pairs.map(|(one, other)| Rate {
            per_second: one.per_second / other.per_second,
            cpu_ms: one.cpu_ms / other.cpu_ms,
        }))
    }
}

fn median(rates: impl Iterator<Item = Rate> + Clone) -> Rate {
    Rate {
        per_second: quantile(rates.clone().map(|rate| rate.per_second), 0.5).unwrap_or_default(),
        cpu_ms: quantile(rates.map(|rate| rate.cpu_ms), 0.5).unwrap_or_default(),
    }
}

/// Looks as the console's pages do: at the list as it changes, and at the newest story.
async fn look(address: std::net::SocketAddr) -> Result<(), Error> {
    let mut connection = Connection::open(address).await?;
    let mut latest = 0;
    loop {
        let path = format!("stories?after={latest}&wait={WAIT}");
        let list = connection.json(&Ask::control(Method::GET, &path)).await?;
        latest = list["latest"].as_u64().unwrap_or_default();
        let newest = list["stories"].as_array().and_then(|stories| stories.last());
        if let Some(id) = newest.and_then(|story| story["id"].as_str()) {
            // It may be forgotten by now.
            connection.exchange(&Ask::control(Method::GET, &format!("stories/{id}"))).await?;
        }
        tokio::time::sleep(SHOWN_FOR).await;
    }
}

/// Shows them.
pub fn table(all: &[Console]) -> Table {
    let columns =
        ["stories", "reads 1/s", "of none", "CPU ms", "of none", "orders 1/s", "of none", "CPU ms", "of none", "MB"];
    let mut table =
        Table::new("What stories cost, the CPU time that of all processes, the memory the stack's own", columns);
    for one in all {
        let share = |share: f64| format!("{:.1} %", 100.0 * share);
        table.row([
            one.way.clone(),
            format!("{:.0}", one.reads.per_second),
            share(one.reads_of_none.per_second),
            format!("{:.2}", one.reads.cpu_ms),
            share(one.reads_of_none.cpu_ms),
            format!("{:.0}", one.orders.per_second),
            share(one.orders_of_none.per_second),
            format!("{:.2}", one.orders.cpu_ms),
            share(one.orders_of_none.cpu_ms),
            format!("{:.0}", one.stack_bytes as f64 / 1e6),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_compared_within_their_rounds() {
        let rates = |all: &[(f64, f64)]| all.iter().map(|&(per_second, cpu_ms)| Rate { per_second, cpu_ms }).collect();
        let all: Vec<Rate> = rates(&[(0.9, 1.2), (1.0, 1.0), (0.8, 1.1)]);
        let Rate { per_second, cpu_ms } = median(all.iter().copied());
        assert_eq!((per_second, cpu_ms), (0.9, 1.1));
    }
}
