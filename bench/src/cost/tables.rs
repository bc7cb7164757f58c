//! The tables of the page.

use super::inputs::Inputs;
use super::lambda::Work;
use super::memory::{SETTINGS, is_waited_for, recommended};
use super::{call, month, order};
use crate::error::Error;
use crate::figures::{Endpoint, Function};
use crate::table::Table;

const MILLION: f64 = 1e6;

impl Inputs<'_> {
    /// All tables, by the name of their place on the page.
    pub fn tables(&self) -> Result<Vec<(&'static str, Table)>, Error> {
        Ok(vec![
            ("calls", self.calls()?),
            ("orders", self.orders()?),
            ("month", self.month()),
            ("memory", self.memory()?),
            ("prices", self.list()),
            ("assumptions", self.assumptions()),
        ])
    }

    fn calls(&self) -> Result<Table, Error> {
        let columns = [
            "a million calls of",
            "gateway",
            "Lambda",
            "on arm64",
            "DynamoDB",
            "logs",
            "traces, bytes",
            "**in all**",
            "**on arm64**",
            "with an HTTP API",
        ];
        let mut table = Table::new("Dollars for a million calls", columns);
        let routes = self.system.api.iter().flat_map(|api| &api.routes);
        let mut others: Vec<String> = routes.map(|route| format!("{} {}", route.method, route.path)).collect();
        for endpoint in &self.figures.endpoints {
            others.retain(|route| route != endpoint.route());
            let cost = call::cost(self, endpoint, MILLION)?;
            let [lambda, arm] = [cost.compute.x86, cost.compute.arm].map(dollars);
            let [gateway, database, logs, rest] = [cost.rest_api, cost.database, cost.logs, cost.rest].map(dollars);
            let [all, all_arm, http] = [cost.x86(), cost.arm(), cost.http()].map(dollars);
            table.row([format!("`{}`", endpoint.name), gateway, lambda, arm, database, logs, rest, all, all_arm, http]);
        }
        for route in others {
            table.not_measured(&format!("`{route}`"), &measuring("endpoints"));
        }
        Ok(table)
    }

    fn orders(&self) -> Result<Table, Error> {
        let mut table = Table::new("Dollars for a thousand orders", ["what", "an order has", "a thousand cost"]);
        let Some(order) = &self.figures.order else {
            table.not_measured("an order", &measuring("order"));
            return Ok(table);
        };
        let cost = order::cost(self, order, 1_000.0)?;
        let invocations: f64 = order.invocations.values().sum();
        for (what, count, dollars) in [
            ("calls of the gateway", 1.0, cost.gateway),
            ("invocations", invocations, cost.compute.x86),
            ("the same on arm64", invocations, cost.compute.arm),
            ("write units", order.write_units, cost.writes),
            ("read units", order.read_units, cost.reads),
            ("requests to queues", order.queue_requests, cost.queues),
        ] {
            table.row([what.to_owned(), short(count), thousandths(dollars)]);
        }
        for (what, dollars) in
            [("logs", cost.logs), ("traces", cost.traces), ("**in all**", cost.x86()), ("**on arm64**", cost.arm())]
        {
            table.row([what.to_owned(), String::new(), thousandths(dollars)]);
        }
        Ok(table)
    }

    fn month(&self) -> Table {
        let mut table = Table::new("Dollars a month, before the first call", ["what", "count", "dollars"]);
        let rows = month::cost(self.system, include_str!("../../../template.yaml"), self.prices);
        for (what, count, cost) in &rows {
            table.row([what.clone(), short(*count), dollars(*cost)]);
        }
        table.row(["**in all**".to_owned(), String::new(), dollars(rows.iter().map(|row| row.2).sum())]);
        table
    }

    /// What every function takes and costs at every setting.
    fn memory(&self) -> Result<Table, Error> {
        let columns = ["function", "CPU ms", "peak MB", "128", "192", "256", "512", "1024", "1769", "template", "best"];
        let mut table = Table::new("Duration in ms, and dollars for a million invocations", columns);
        for function in self.figures.functions.iter().filter(|function| !function.reference) {
            let work = self.work(&function.name, self.wait_ms(function)?)?;
            let [a, b, c, d, e, f] = SETTINGS.map(|memory| {
                let work = Work { memory, ..work };
                let cost = work.cost(MILLION, self.prices).x86;
                format!("{:.0}: {}", work.duration_ms(&self.prices.assumptions).ceil(), dollars(cost))
            });
            let (cpu, peak) = (format!("{:.2}", work.taken.warm_cpu_ms), megabytes(work.taken.peak_bytes));
            let deployed = self.system.functions.values().find(|deployed| deployed.binary == function.name);
            let waited_for = deployed.is_none_or(is_waited_for);
            let best = recommended(work.taken, waited_for, &self.prices.assumptions).to_string();
            table.row([function.name.clone(), cpu, peak, a, b, c, d, e, f, work.memory.to_string(), best]);
        }
        let is_measured = |binary: &str| self.figures.functions.iter().any(|function| function.name == binary);
        for function in self.system.functions.values().filter(|function| !is_measured(&function.binary)) {
            table.not_measured(&function.binary, &measuring("functions"));
        }
        Ok(table)
    }

    /// What an invocation waits: in the first endpoint that is its own, or for one write.
    fn wait_ms(&self, function: &Function) -> Result<f64, Error> {
        let own =
            |endpoint: &&Endpoint| call::own_function(self.system, &endpoint.name) == Some(function.name.as_str());
        match self.figures.endpoints.iter().find(own) {
            Some(endpoint) => Ok(call::works(self, endpoint)?.first().map_or(0.0, |work| work.wait_ms)),
            None => Ok(self.prices.assumptions.write_ms.value),
        }
    }

    fn list(&self) -> Table {
        let mut table = Table::new(
            &format!("Prices, {}, {}", self.prices.region, self.prices.date),
            ["what", "dollars", "for", "source"],
        );
        for price in self.prices.prices.all() {
            table.row([price.of.clone(), price.dollars.to_string(), short(price.per), price.source.clone()]);
        }
        table
    }

    fn assumptions(&self) -> Table {
        let mut table = Table::new("Assumptions", ["what", "value", "why"]);
        for assumption in self.prices.assumptions.all() {
            table.row([assumption.of.clone(), assumption.value.to_string(), assumption.why.clone()]);
        }
        table
    }
}

/// The command that measures a part and keeps it among the committed figures.
fn measuring(part: &str) -> String {
    format!("cargo measure {part} --json bench/figures.json")
}

fn dollars(amount: f64) -> String {
    format!("{amount:.2}")
}

fn thousandths(amount: f64) -> String {
    format!("{amount:.4}")
}

/// A count without digits that say nothing.
fn short(count: f64) -> String {
    if count.fract() == 0.0 { format!("{count:.0}") } else { format!("{count:.1}") }
}

#[allow(clippy::cast_precision_loss)] // bytes of a process
fn megabytes(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / 1_048_576.0)
}
