//! Each binary alone: its size, what its start costs, what a request costs, and the memory it takes.
//!
//! A function is a process that this one gives events to, as Lambda does, so that CPU time can be read at the very moments
//! that matter: `runtime_api` and `instance` are that, `resources` reads, `program` starts. Around it is a shop to work
//! in: `backends` has its tables, `shop` fills it and makes `events`, `pool` and `invoke_api` answer functions that call
//! functions. `answer` sees to it that only what succeeds is measured.

mod answer;
mod backends;
mod events;
mod instance;
mod invoke_api;
mod pool;
mod program;
mod resources;
mod runtime_api;
mod sample;
mod shop;
mod size;
mod table;

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::error::Error;
use crate::figures::Function;
use crate::references;
use crate::world::World;
use crate::{progress, statistics};
use backends::Backends;
use events::Events;
use pool::Pool;
use program::Program;
use sample::Sample;
use shop::{RESERVE_FOR_NO_TIME, Shop};

pub use table::table;

/// How often each function is started, and asked while it is warm.
#[derive(Debug, Clone, Copy)]
pub struct Repeat {
    pub starts: u32,
    pub requests: u32,
}

/// Every function of the template that has an event, then the references.
pub async fn measure(world: &World, repeat: Repeat) -> Result<Vec<Function>, Error> {
    let events = Events::read(&world.root)?;
    let (measured, others): (Vec<&str>, Vec<&str>) =
        world.binaries().into_iter().partition(|binary| events.missing(&world.system, binary).is_none());
    for binary in others {
        progress::say(&format!("{binary} {}", events.missing(&world.system, binary).unwrap_or_default()));
    }
    let functions = measured.iter().map(|binary| world.function(binary));
    for path in functions.chain(references::all().map(|name| references::path(world, name))) {
        // Told now, not when its turn comes.
        std::fs::metadata(&path).map_err(Error::file(path))?;
    }
    let failed = |cause| Error::Network { what: "the Invoke API".to_owned(), cause };
    let listener = TcpListener::bind("127.0.0.1:0").await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let backends = Backends::start(world, address).await?;
    let pool = Arc::new(Pool::new(programs(world, &backends)?));
    // Ends when it is dropped, and with it the pool's processes.
    let mut serving = JoinSet::new();
    serving.spawn(invoke_api::serve(listener, Arc::new(world.system.clone()), Arc::clone(&pool)));
    progress::say("filling a shop");
    let shop = Shop::open(world, &backends, Arc::clone(&pool)).await?;

    let like = pool.program(references::LIKE)?;
    let reference = |name: &str| Program { name: name.to_owned(), path: references::path(world, name), ..like.clone() };
    let hello = reference(references::HELLO);

    let mut functions = Vec::new();
    for binary in measured {
        functions.push(one(&shop, pool.program(binary)?, binary, &hello, repeat, false).await?);
    }
    backends.nothing_was_given_up().await?;
    for name in references::all() {
        functions.push(one(&shop, &reference(name), references::LIKE, &hello, repeat, true).await?);
    }
    Ok(functions)
}

/// Every function, by its binary's name.
fn programs(world: &World, backends: &Backends) -> Result<Vec<Program>, Error> {
    let (mut environments, logs) = (backends.environments()?, backends.logs()?);
    let mut programs = Vec::new();
    for function in world.system.functions.values() {
        let name = function.binary.clone();
        programs.push(Program {
            path: world.function(&name),
            environment: environments.remove(&name).unwrap_or_default(),
            timeout: function.timeout,
            memory_mb: function.memory_mb,
            log: logs.join(format!("{name}.log")),
            name,
        });
    }
    if let Some(reserve) = programs.iter().find(|program| program.name == "reserve-stock") {
        let mut reserve = Program { name: RESERVE_FOR_NO_TIME.to_owned(), ..reserve.clone() };
        reserve.environment.insert("HOLD_SECONDS".to_owned(), "0".to_owned());
        programs.push(reserve);
    }
    Ok(programs)
}

/// Measures a program with the events of one of the shop's functions.
async fn one(
    shop: &Shop<'_>,
    program: &Program,
    events: &str,
    hello: &Program,
    repeat: Repeat,
    reference: bool,
) -> Result<Function, Error> {
    progress::say(&format!("measuring {}", program.name));
    let (bytes, zip_bytes) = size::of(&program.path)?;
    let Sample { init, first_response, hello, first_request, warm, warm_wall, peak } =
        sample::take(shop, program, events, hello, repeat).await?;
    let [ms, us] = [1e3, 1e6].map(|scale| move |time: Duration| time.as_secs_f64() * scale);
    let cpu = |times: &[sample::Spent]| statistics::median(times.iter().map(|spent| spent.cpu.map(ms)));
    let wall = |times: &[sample::Spent]| statistics::median(times.iter().map(|spent| Some(ms(spent.wall))));
    let quantile = |share| statistics::quantile(warm_wall.iter().copied().map(us), share).unwrap_or_default();
    Ok(Function {
        name: program.name.clone(),
        reference,
        bytes,
        zip_bytes,
        init_cpu_ms: cpu(&init),
        init_wall_ms: wall(&init).unwrap_or_default(),
        first_response_cpu_ms: cpu(&first_response),
        first_response_wall_ms: wall(&first_response).unwrap_or_default(),
        hello_cpu_ms: cpu(&hello),
        first_request_cpu_ms: statistics::median(first_request.into_iter().map(|cpu| cpu.map(ms))),
        warm_cpu_ms: statistics::median(warm.into_iter().map(|cpu| cpu.map(ms))),
        warm_wall_p50_us: quantile(0.5),
        warm_wall_p99_us: quantile(0.99),
        peak_bytes: peak,
    })
}
