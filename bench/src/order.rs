//! One order with its events and their consumers.

use local_template::EventSource;

use crate::endpoints::is_read;
use crate::error::Error;
use crate::figures::Order;
use crate::meter::Mark;
use crate::people::{self, Person};
use crate::stack::Stack;
use crate::table::Table;
use crate::world::World;

/// Orders that the figures are averages of, placed one after another: each is dealt with before the next.
const ORDERS: u32 = 50;

/// What a queue takes for a batch of messages that arrive together: SendMessageBatch by the publisher, ReceiveMessage
/// and DeleteMessageBatch by Lambda. (That Lambda also asks while there is nothing has its own place in the costs.)
const REQUESTS_A_BATCH: f64 = 3.0;

/// Measures it.
pub async fn measure(world: &World) -> Result<Order, Error> {
    let stack = Stack::start(world, "order").await?;
    let admin = Person::admin(&stack).await?;
    let customer = Person::register(&stack, "customer").await?;
    let mut connection = stack.connect().await?;
    let product = admin.offers(&mut connection, &people::product("Reading lamp")).await?;
    // Instances read what they need as they start: that is no order's.
    for _ in 0..3 {
        customer.orders(&mut connection, &product).await?;
        stack.drained().await?;
    }

    let mark = Mark::set(&stack).await?;
    for _ in 0..ORDERS {
        customer.orders(&mut connection, &product).await?;
        stack.drained().await?;
    }
    let used = mark.used(&stack, &[]).await?;

    let mut order = Order::default();
    let each = |amount: f64| amount / f64::from(ORDERS);
    // A schedule runs whether or not there are orders.
    let scheduled = |source: &EventSource| matches!(source, EventSource::Schedule(_));
    let functions = world.system.functions.values().filter(|function| !function.sources.iter().any(scheduled));
    for function in functions {
        let Some(logged) = used.logged.get(&function.name) else { continue };
        let invocations = each(logged.invocations as f64);
        order.invocations.insert(function.binary.clone(), invocations);
        order.log_bytes += each(logged.bytes as f64);
        if function.sources.iter().any(|source| matches!(source, EventSource::Queue(_))) {
            order.queue_requests += invocations * REQUESTS_A_BATCH;
        }
        for (operation, usage) in used.calls.get(&function.name).into_iter().flatten() {
            order.round_trips += each(usage.calls as f64);
            *if is_read(operation) { &mut order.read_units } else { &mut order.write_units } += each(usage.units);
        }
    }
    Ok(order)
}

/// Shows it.
pub fn table(order: &Order) -> Table {
    let mut table = Table::new("One order, with everything it sets off", ["", "each"]);
    for (function, invocations) in &order.invocations {
        table.row([format!("invocations of {function}"), format!("{invocations:.2}")]);
    }
    let rest = [
        ("round trips", order.round_trips),
        ("read units", order.read_units),
        ("write units", order.write_units),
        ("requests to queues", order.queue_requests),
        ("bytes logged", order.log_bytes),
    ];
    for (name, amount) in rest {
        table.row([name.to_owned(), format!("{amount:.1}")]);
    }
    table
}
