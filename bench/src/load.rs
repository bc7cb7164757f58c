//! The whole stack under load: clients that each ask again as soon as they are answered, on the same machine.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::ask::Ask;
use crate::cpu::Cpu;
use crate::error::Error;
use crate::figures::Load;
use crate::generator::{self, Next, Outcome, Plan};
use crate::latencies::ms;
use crate::people::{self, Person};
use crate::place::Place;
use crate::progress;
use crate::stack::Stack;
use crate::table::Table;
use crate::world::World;

/// Clients at the same time.
pub const CONNECTIONS: [usize; 3] = [1, 16, 64];

/// Not as many at once for what hashes a password: 64 on two cores would each wait for longer than the route does.
const HASHING: [usize; 2] = [1, 16];

/// Enough products that buyers seldom want the same one.
const PRODUCTS: usize = 50;

const CUSTOMERS: usize = 8;

const LOGIN: &str = "POST /api/users/login";

/// Measures the loads.
pub async fn measure(world: &World) -> Result<Vec<Load>, Error> {
    let stack = Stack::start(world, "load").await?;
    let Shop { products, customers } = Shop::open(&stack).await?;
    let gets: Vec<Ask> = products.iter().map(|id| Ask::get(&format!("/api/products/{id}"))).collect();
    let logins: Vec<Ask> = customers.iter().map(|customer| people::login(&customer.email)).collect();
    let orders = orders(&customers, &products);
    let loads: [(&str, Next, &[usize]); 4] = [
        ("GET /api/products/{id}", in_turn(gets), &CONNECTIONS),
        ("GET /api/products", in_turn(vec![Ask::get("/api/products")]), &CONNECTIONS),
        (LOGIN, in_turn(logins), &HASHING),
        ("POST /api/orders", in_turn(orders), &CONNECTIONS),
    ];
    let mut all = Vec::new();
    for (name, next, connections) in loads {
        for &connections in connections {
            progress::say(&format!("{name}, {connections} connections"));
            all.push(one(&stack, name, connections, Arc::clone(&next)).await?);
        }
    }
    Ok(all)
}

/// What there is to buy, and who buys it.
pub struct Shop {
    /// The products' ids.
    pub products: Vec<String>,
    pub customers: Vec<Person>,
}

impl Shop {
    /// Opens it in an empty place.
    pub async fn open(place: &impl Place) -> Result<Self, Error> {
        let admin = Person::admin(place).await?;
        let mut connection = place.connect().await?;
        let mut products = Vec::new();
        for _ in 0..PRODUCTS {
            products.push(admin.offers(&mut connection, &people::product("Reading lamp")).await?);
        }
        let mut customers = Vec::new();
        for n in 0..CUSTOMERS {
            customers.push(Person::register(place, &format!("customer-{n}")).await?);
        }
        place.drained().await?;
        Ok(Self { products, customers })
    }
}

/// Customer after customer, each with every product.
pub fn orders(customers: &[Person], products: &[String]) -> Vec<Ask> {
    products.iter().flat_map(|product| customers.iter().map(|customer| customer.order(product))).collect()
}

/// Each connection begins elsewhere in the list and goes round it.
pub fn in_turn(asks: Vec<Ask>) -> Next {
    Arc::new(move |connection, n| asks[(connection * 7 + n as usize) % asks.len()].clone())
}

async fn one(stack: &Stack, name: &str, connections: usize, next: Next) -> Result<Load, Error> {
    // Long enough that what takes seconds is answered often enough.
    let lasts = Duration::from_secs(if name == LOGIN { 12 } else { 4 });
    let plan = Plan { connections, warm_up: Duration::from_millis(1_500), lasts };
    let before = Cpu::of(stack.pid()).ok();
    let Outcome { mut latencies, failed, succeeded, first_failure } =
        generator::load(stack.address, plan, next).await?;
    if let Some(failure) = first_failure {
        progress::say(&format!("{failed} failed; the first: {failure}"));
    }
    let ended = Instant::now();
    stack.drained().await?;
    let cpu = before.and_then(|before| Some(Cpu::of(stack.pid()).ok()?.since(before).of_each(succeeded + failed)));
    Ok(Load {
        name: name.to_owned(),
        connections,
        requests: latencies.count(),
        failed,
        per_second: latencies.count() as f64 / plan.lasts.as_secs_f64(),
        p50_ms: ms(latencies.percentile(0.5)),
        p99_ms: ms(latencies.percentile(0.99)),
        events_after_s: ended.elapsed().as_secs_f64(),
        stack_cpu_ms: cpu.map(|cpu| cpu.stack_ms),
        functions_cpu_ms: cpu.map(|cpu| cpu.functions_ms),
    })
}

/// Shows them.
pub fn table(loads: &[Load]) -> Table {
    let columns = [
        "request",
        "connections",
        "1/s",
        "p50 ms",
        "p99 ms",
        "failed",
        "events go on for s",
        "CPU ms of one: stack",
        "functions",
    ];
    let mut table = Table::new("Load through the gateway, the clients on the same machine", columns);
    for one in loads {
        table.row([
            one.name.clone(),
            one.connections.to_string(),
            format!("{:.0}", one.per_second),
            format!("{:.1}", one.p50_ms),
            format!("{:.1}", one.p99_ms),
            one.failed.to_string(),
            format!("{:.1}", one.events_after_s),
            one.stack_cpu_ms.map_or_else(String::new, |ms| format!("{ms:.2}")),
            one.functions_cpu_ms.map_or_else(String::new, |ms| format!("{ms:.2}")),
        ]);
    }
    table
}
