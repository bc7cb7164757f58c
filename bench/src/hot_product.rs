//! Many buyers of one product: every sale changes the same item, and none may be lost or made twice.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::ask::Ask;
use crate::error::Error;
use crate::figures::HotProduct;
use crate::generator::{self, Next, Outcome, Plan};
use crate::latencies::ms;
use crate::load::CONNECTIONS;
use crate::people::{self, Person};
use crate::progress;
use crate::stack::Stack;
use crate::table::Table;
use crate::world::World;

const CUSTOMERS: usize = 8;

/// Measures it for one, some and many buyers.
pub async fn measure(world: &World) -> Result<Vec<HotProduct>, Error> {
    let stack = Stack::start(world, "hot-product").await?;
    let admin = Person::admin(&stack).await?;
    let mut customers = Vec::new();
    for n in 0..CUSTOMERS {
        customers.push(Person::register(&stack, &format!("customer-{n}")).await?);
    }
    let mut all = Vec::new();
    for buyers in CONNECTIONS {
        progress::say(&format!("{buyers} buyers of one product"));
        all.push(one(&stack, &admin, &customers, buyers).await?);
    }
    Ok(all)
}

async fn one(stack: &Stack, admin: &Person, customers: &[Person], buyers: usize) -> Result<HotProduct, Error> {
    let offered = people::product("Reading lamp");
    let product = admin.offers(&mut stack.connect().await?, &offered).await?;
    let orders: Vec<Ask> = customers.iter().map(|customer| customer.order(&product)).collect();
    let next: Next = Arc::new(move |connection, _| orders[connection % orders.len()].clone());
    let plan = Plan { connections: buyers, warm_up: Duration::from_millis(1_500), lasts: Duration::from_secs(4) };
    let outcome = generator::load(stack.address, plan, next).await?;
    stack.drained().await?;
    let Outcome { mut latencies, failed, succeeded, first_failure } = outcome;
    if let Some(failure) = first_failure {
        progress::say(&format!("{failed} failed; the first: {failure}"));
    }

    let units = Units::of(stack, &product).await?;
    let there_was = offered["stock"].as_u64().unwrap_or_default();
    if units.stock + units.held + units.sold != there_was || units.held + units.sold < succeeded {
        let answer = format!("that of {there_was} units {succeeded} were ordered and there are {units:?}");
        return Err(Error::Answer { who: "the product service".to_owned(), answer });
    }
    Ok(HotProduct {
        buyers,
        sold: latencies.count(),
        failed,
        sold_per_second: latencies.count() as f64 / plan.lasts.as_secs_f64(),
        p50_ms: ms(latencies.percentile(0.5)),
        p99_ms: ms(latencies.percentile(0.99)),
    })
}

/// Where the units of a product are.
#[derive(Debug, Default)]
struct Units {
    stock: u64,
    held: u64,
    sold: u64,
}

impl Units {
    /// Read from the tables themselves.
    async fn of(stack: &Stack, product: &str) -> Result<Self, Error> {
        let key = json!({"TableName": "ProductsTable", "Key": {"id": {"S": product}}, "ConsistentRead": true});
        let item = stack.aws("DynamoDB_20120810.GetItem", &key).await?;
        let mut units = Self { stock: number(&item["Item"]["stock"]), ..Self::default() };
        let mut scan = json!({"TableName": "HoldsTable", "ConsistentRead": true});
        loop {
            let page = stack.aws("DynamoDB_20120810.Scan", &scan).await?;
            for hold in page["Items"].as_array().into_iter().flatten() {
                let lines = hold["items"]["L"].as_array().into_iter().flatten().map(|line| &line["M"]);
                let ordered = lines.filter(|line| line["productId"]["S"] == product);
                let ordered: u64 = ordered.map(|line| number(&line["quantity"])).sum();
                match hold["state"]["S"].as_str() {
                    Some("held") => units.held += ordered,
                    Some("settled") => units.sold += ordered,
                    _ => {}
                }
            }
            match &page["LastEvaluatedKey"] {
                Value::Null => return Ok(units),
                key => scan["ExclusiveStartKey"] = key.clone(),
            }
        }
    }
}

/// A number as DynamoDB writes it.
fn number(attribute: &Value) -> u64 {
    attribute["N"].as_str().and_then(|number| number.parse().ok()).unwrap_or_default()
}

/// Shows them.
pub fn table(all: &[HotProduct]) -> Table {
    let columns = ["buyers", "sold a second", "p50 ms", "p99 ms", "failed"];
    let mut table = Table::new("Many buyers of one product", columns);
    for one in all {
        table.row([
            one.buyers.to_string(),
            format!("{:.0}", one.sold_per_second),
            format!("{:.1}", one.p50_ms),
            format!("{:.1}", one.p99_ms),
            one.failed.to_string(),
        ]);
    }
    table
}
