//! The command line.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

/// Measures what the shop takes: sizes, cold starts, CPU time, memory, round trips and database units of every function
/// and endpoint, and how the whole stack bears load. Tables go to standard output, what is being done to standard error.
#[derive(Debug, Parser)]
#[command(name = "cargo measure", bin_name = "cargo measure", version)]
pub struct Arguments {
    /// What to measure [default: everything]
    #[arg(value_name = "PART")]
    pub parts: Vec<Part>,
    /// The figures, as JSON; parts that are not measured now are kept [default: `measure/figures.json` in the target folder]
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Compare the counted figures of these parts with bench/budget.yaml, and fail naming each that is over it; of `cost`,
    /// compare docs/cost.md and the template's memory settings with the committed figures, and write nothing
    #[arg(long)]
    pub check: bool,
    /// Also build all functions from nothing, in a folder of their own, and tell how long that takes
    #[arg(long)]
    pub clean_build: bool,
    /// Don't build the functions: measure those that were built before
    #[arg(long, conflicts_with = "clean_build")]
    pub no_build: bool,
    /// The profile to build functions with; what is deployed is `release`
    #[arg(long, value_name = "NAME", default_value = "release")]
    pub profile: String,
    /// How many times each function is started; figures are medians of these
    #[arg(long, value_name = "N", default_value_t = 15, value_parser = clap::value_parser!(u32).range(1..))]
    pub starts: u32,
    /// How many requests each function is asked while it is warm
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..))]
    pub requests: u32,
    /// How many rounds the three ways of `console` take turns for [default: 30], and the two sides of `peers` [default: 7];
    /// figures are medians of these
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub rounds: Option<u32>,
    /// How many orders `growth` places before its second look
    #[arg(long, value_name = "N", default_value_t = 50_000, value_parser = clap::value_parser!(u64).range(1_000..))]
    pub orders: u64,
}

/// What can be measured by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Part {
    /// Each binary alone: size, cold start, CPU time and memory, beside three references
    Functions,
    /// One request of each endpoint: round trips, database units, bytes, time through the gateway
    Endpoints,
    /// One order from its request to its last notification: invocations, database units, queue requests
    Order,
    /// The whole stack under load
    Load,
    /// One more order after few and after many others
    Growth,
    /// The same requests at growing sizes of the catalogue
    Scale,
    /// Many buyers of one product
    HotProduct,
    /// What the stories of the local console cost: none, recorded, and looked at
    Console,
    /// The same template and functions on a LocalStack-compatible engine and on `cargo local`, in turn
    Peers,
    /// What a developer waits for: start, restart, a changed line
    Times,
    /// docs/cost.md, from the figures
    Cost,
}

impl Arguments {
    /// The parts to measure, in the order in which later ones need earlier ones.
    pub fn parts(&self) -> Vec<Part> {
        let mut parts = if self.parts.is_empty() { Part::value_variants().to_vec() } else { self.parts.clone() };
        parts.sort();
        parts.dedup();
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_parts_are_measured_unless_some_are_named() {
        let all = Arguments::parse_from(["cargo measure"]);
        assert_eq!(all.parts().len(), 11);
        let some = Arguments::parse_from(["cargo measure", "cost", "hot-product", "functions", "cost"]);
        assert_eq!(some.parts(), [Part::Functions, Part::HotProduct, Part::Cost]);
    }
}
