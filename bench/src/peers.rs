//! The shop on a LocalStack-compatible engine beside `cargo local`: the same template, functions and requests. The two take turns,
//! so that whatever else the machine does meets both.

mod built;
mod engine;
mod rates;

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::ask::Ask;
use crate::cpu::Cpu;
use crate::error::Error;
use crate::figures::{PeerLoad, PeerRate, Peers};
use crate::generator::{self, Next, Plan};
use crate::latencies::ms;
use crate::load::{self, Shop};
use crate::place::Place;
use crate::progress;
use crate::stack::Stack;
use crate::table::Table;
use crate::world::World;

use engine::Engine;
pub use engine::missing;

const PLAN: Plan = Plan { connections: 16, warm_up: Duration::ZERO, lasts: Duration::from_secs(4) };

const READS: &str = "GET /api/products/{id}";
const ORDERS: &str = "POST /api/orders";
/// The loads, and whether what follows from their requests counts to them.
const LOADS: [(&str, bool); 2] = [(READS, false), (ORDERS, true)];

/// One of the two, and what it gets.
struct Side<P> {
    place: P,
    address: std::net::SocketAddr,
    pid: u32,
    /// In the order of [`LOADS`].
    loads: [Next; 2],
    /// The rates of each round.
    rounds: Vec<[PeerRate; 2]>,
    failed: [u64; 2],
}

/// How many rounds count, if nothing else is said.
pub const ROUNDS: u32 = 7;

/// Measures both, in rounds in which each has its turn. A first one, in which everything gets warm, does not count.
pub async fn measure(world: &World, rounds: u32) -> Result<Peers, Error> {
    let engine = Engine::start(world).await?;
    let name = engine.name.clone();
    let (address, pid, prefix) = (engine.address, engine.pid(), engine.prefix.clone());
    let mut engine = Side::open(engine, address, pid, &prefix).await?;
    let stack = Stack::start(world, "peers-stack").await?;
    let (address, pid) = (stack.address, stack.pid());
    let mut stack = Side::open(stack, address, pid, "").await?;
    progress::say("warming up");
    engine.turn().await?;
    stack.turn().await?;
    (engine.failed, stack.failed) = Default::default();
    for round in 0..rounds {
        for turn in 0..2 {
            let is_engine = (round + turn) % 2 == 0;
            let on = if is_engine { &name } else { "cargo local" };
            progress::say(&format!("round {} of {rounds}: {on}", round + 1));
            if is_engine {
                let rates = engine.turn().await?;
                engine.rounds.push(rates);
            } else {
                let rates = stack.turn().await?;
                stack.rounds.push(rates);
            }
        }
    }
    let loads = LOADS.into_iter().enumerate().map(|(load, (request, _))| {
        let of_load = |rounds: &[[PeerRate; 2]]| rounds.iter().map(|round| round[load]).collect::<Vec<_>>();
        let (engine_rates, stack_rates) = (of_load(&engine.rounds), of_load(&stack.rounds));
        PeerLoad {
            name: request.to_owned(),
            connections: PLAN.connections,
            engine: rates::median(&engine_rates),
            engine_failed: engine.failed[load],
            stack: rates::median(&stack_rates),
            stack_failed: stack.failed[load],
            of_engine: rates::compared(&stack_rates, &engine_rates),
        }
    });
    Ok(Peers { engine: name, rounds, loads: loads.collect() })
}

impl<P: Place> Side<P> {
    async fn open(place: P, address: std::net::SocketAddr, pid: u32, prefix: &str) -> Result<Self, Error> {
        let Shop { products, customers } = Shop::open(&place).await?;
        let gets = products.iter().map(|id| Ask::get(&format!("/api/products/{id}"))).collect();
        let orders = load::orders(&customers, &products);
        let under = |asks: Vec<Ask>| load::in_turn(asks.into_iter().map(|ask| ask.under(prefix)).collect());
        Ok(Self { place, address, pid, loads: [under(gets), under(orders)], rounds: Vec::new(), failed: [0; 2] })
    }

    async fn turn(&mut self) -> Result<[PeerRate; 2], Error> {
        Ok([self.rate(0).await?, self.rate(1).await?])
    }

    async fn rate(&mut self, load: usize) -> Result<PeerRate, Error> {
        let (request, is_followed) = LOADS[load];
        let before = Cpu::of(self.pid).ok();
        let began = Instant::now();
        let outcome = generator::load(self.address, PLAN, Arc::clone(&self.loads[load])).await?;
        if is_followed {
            self.place.drained().await?;
        }
        let took = began.elapsed();
        let cpu = before.and_then(|before| Some(Cpu::of(self.pid).ok()?.since(before)));
        let cpu = cpu.map(|cpu| cpu.of_each(outcome.succeeded + outcome.failed));
        self.failed[load] += outcome.failed;
        let mut latencies = outcome.latencies;
        if latencies.count() == 0 {
            let answer = outcome.first_failure.unwrap_or_else(|| "none of it in time".to_owned());
            return Err(Error::Answer { who: request.to_owned(), answer });
        }
        if let Some(failure) = outcome.first_failure {
            progress::say(&format!("{} failed; the first: {failure}", outcome.failed));
        }
        Ok(PeerRate {
            per_second: match is_followed {
                true => outcome.succeeded as f64 / took.as_secs_f64(),
                false => latencies.count() as f64 / PLAN.lasts.as_secs_f64(),
            },
            p50_ms: ms(latencies.percentile(0.5)),
            p99_ms: ms(latencies.percentile(0.99)),
            cpu_ms: cpu.map(Cpu::all_ms),
            own_cpu_ms: cpu.map(|cpu| cpu.stack_ms),
            functions_cpu_ms: cpu.map(|cpu| cpu.functions_ms),
        })
    }
}

/// Shows them.
pub fn table(peers: &Peers) -> Table {
    let columns = ["request", "1/s", "p50 ms", "p99 ms", "CPU ms of one", "its own", "the functions'", "failed"];
    let title = format!(
        "The same template and functions on {} and on cargo local, {} connections, an order with all that follows",
        peers.engine, PLAN.connections
    );
    let mut table = Table::new(&title, columns);
    for load in &peers.loads {
        let mut side = |on: &str, rate: &PeerRate, shown: fn(f64) -> String, failed: String| {
            let known = |figure: Option<f64>| figure.map_or_else(String::new, shown);
            table.row([
                format!("{}, {on}", load.name),
                shown(rate.per_second),
                shown(rate.p50_ms),
                shown(rate.p99_ms),
                known(rate.cpu_ms),
                known(rate.own_cpu_ms),
                known(rate.functions_cpu_ms),
                failed,
            ]);
        };
        let figure = |figure: f64| if figure < 100.0 { format!("{figure:.2}") } else { format!("{figure:.0}") };
        side(&peers.engine, &load.engine, figure, load.engine_failed.to_string());
        side("cargo local", &load.stack, figure, load.stack_failed.to_string());
        let times = |times: f64| format!("× {times:.2}");
        side("ratio", &load.of_engine, times, String::new());
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_both_and_what_one_is_of_the_other() {
        let rate = |per_second, cpu_ms| PeerRate {
            per_second,
            p50_ms: 10.0,
            p99_ms: 20.5,
            cpu_ms,
            own_cpu_ms: cpu_ms,
            functions_cpu_ms: cpu_ms,
        };
        let load = PeerLoad {
            name: READS.to_owned(),
            connections: 16,
            engine: rate(200.0, Some(4.0)),
            engine_failed: 2,
            stack: rate(3000.0, Some(0.4)),
            stack_failed: 0,
            of_engine: rate(15.0, None),
        };
        let table = table(&Peers { engine: "an engine".to_owned(), rounds: 1, loads: vec![load] }).to_string();
        let cells = |row: &str| row.split('|').map(str::trim).map(str::to_owned).collect::<Vec<_>>().join("|");
        let rows: Vec<String> = table.lines().skip(4).map(cells).collect();
        let get = READS;
        assert_eq!(
            rows,
            [
                format!("|{get}, an engine|200|10.00|20.50|4.00|4.00|4.00|2|"),
                format!("|{get}, cargo local|3000|10.00|20.50|0.40|0.40|0.40|0|"),
                format!("|{get}, ratio|× 15.00|× 10.00|× 20.50|||||"),
            ]
        );
    }
}
