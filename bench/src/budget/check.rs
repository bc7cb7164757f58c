//! The comparison.

use std::collections::{BTreeMap, BTreeSet};

use super::{Budget, Expected, Report};
use crate::arguments::Part;
use crate::endpoints::CASES;
use crate::figures::{Figures, Growth, Scale};
use crate::references::HELLO;

impl Budget {
    /// Compares the figures of these parts; others may be of an earlier build.
    pub fn check(&self, figures: &Figures, parts: &[Part], expected: &Expected) -> Report {
        let mut report = Report::default();
        for part in parts {
            match part {
                Part::Functions => self.check_functions(figures, &expected.binaries, &mut report),
                Part::Endpoints => self.check_endpoints(figures, &expected.routes, &mut report),
                Part::Growth => self.check_growth(&figures.growth, &mut report),
                Part::Scale => self.check_scale(&figures.scale, &mut report),
                // Times by the clock, or what follows from the others.
                Part::Order
                | Part::Load
                | Part::HotProduct
                | Part::Console
                | Part::Peers
                | Part::Times
                | Part::Cost => {}
            }
        }
        report
    }

    fn check_functions(&self, figures: &Figures, binaries: &BTreeSet<&str>, report: &mut Report) {
        let budget = &self.functions;
        let profile = &figures.machine.profile;
        let (most_bytes, most_zip_bytes) = (budget.bytes.of(profile), budget.zip_bytes.of(profile));
        for binary in binaries {
            let Some(function) = figures.functions.iter().find(|function| function.name == *binary) else {
                report.missing(format!("{binary} was not measured: it needs an event in bench/events"));
                continue;
            };
            report.compare("bytes", binary, function.bytes as f64, most_bytes);
            report.compare("bytes of the zip", binary, function.zip_bytes as f64, most_zip_bytes);
            // What this system does not tell is checked on one that does.
            if let Some(peak) = function.peak_bytes {
                report.compare("bytes of memory at the peak", binary, peak as f64, budget.peak_bytes);
            }
            let limit = budget.first_response * budget.room_for_noise;
            let (rule, own) = match budget.by_init.contains(*binary) {
                true => ("init CPU ÷ hello's first response", function.init_cpu_ms),
                false => ("first response CPU ÷ hello's", function.first_response_cpu_ms),
            };
            match (own, function.hello_cpu_ms) {
                (Some(own), Some(hello)) => report.compare(rule, binary, own / hello, limit),
                (Some(_), None) => report.missing(format!("{HELLO} was not measured in turn with {binary}")),
                (None, _) => {}
            }
        }
    }

    fn check_endpoints(&self, figures: &Figures, routes: &BTreeSet<String>, report: &mut Report) {
        for endpoint in &figures.endpoints {
            let name = endpoint.name.as_str();
            let other = name.starts_with("GET ").then_some(&self.other_gets);
            let Some(budget) = self.endpoints.get(name).or(other) else {
                report.missing(format!(
                    "{name} is not in bench/budget.yaml: add \"{name}\": {{roundTrips: {}, readUnits: {}, writeUnits: {}}}",
                    endpoint.round_trips, endpoint.read_units, endpoint.write_units
                ));
                continue;
            };
            report.compare("round trips", name, endpoint.round_trips as f64, budget.round_trips);
            report.compare("read units", name, endpoint.read_units, budget.read_units);
            report.compare("write units", name, endpoint.write_units, budget.write_units);
        }
        for name in self.endpoints.keys() {
            if !figures.endpoints.iter().any(|endpoint| endpoint.name == *name) {
                report.missing(format!("{name} is in the budget and was not measured"));
            }
        }
        for route in routes.iter().filter(|route| !figures.endpoints.iter().any(|one| one.route() == route.as_str())) {
            report.missing(format!("{route} was not measured: it needs a request in {CASES}"));
        }
    }

    fn check_growth(&self, growth: &[Growth], report: &mut Report) {
        // What this system does not tell is checked on one that does.
        if growth.is_empty() && !cfg!(target_os = "linux") {
            return;
        }
        let [few, .., many] = growth else {
            return report.missing("no order was measured after few and after many others".to_owned());
        };
        let name = format!("an order after {} others", many.orders);
        report.compare("CPU ÷ that after few", &name, many.cpu_ms() / few.cpu_ms(), self.growth);
    }

    fn check_scale(&self, scale: &[Scale], report: &mut Report) {
        let mut by_name: BTreeMap<&str, Vec<&Scale>> = BTreeMap::new();
        for figure in scale {
            by_name.entry(&figure.name).or_default().push(figure);
        }
        if by_name.is_empty() {
            report.missing("no request was measured at growing sizes of the catalogue".to_owned());
        }
        for (name, figures) in by_name {
            for size in &self.scale {
                if !figures.iter().any(|figure| figure.products == *size) {
                    report.missing(format!("{name} was not measured with {size} products"));
                }
            }
            let units = |of: fn(&Scale) -> f64| {
                let all = || figures.iter().map(|figure| of(figure));
                (all().fold(f64::MIN, f64::max), all().fold(f64::MAX, f64::min))
            };
            let (most, least) = units(|figure| figure.read_units);
            report.compare("read units at any size", name, most, least);
            let (most, least) = units(|figure| figure.write_units);
            report.compare("write units at any size", name, most, least);
        }
    }
}

#[cfg(test)]
mod tests;
