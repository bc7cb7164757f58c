//! The functions' figures for people.

use std::collections::BTreeSet;

use crate::figures::Function;
use crate::table::Table;

/// A row for each binary, the references last, and one for each of `binaries` that was not measured yet. What the system
/// did not tell is a dash.
pub fn table(functions: &[Function], binaries: &BTreeSet<&str>) -> Table {
    let columns = [
        "binary",
        "MB",
        "zip MB",
        "init CPU ms",
        "first response CPU ms",
        "÷ hello",
        "first response ms",
        "first request CPU ms",
        "warm CPU ms",
        "warm p50 µs",
        "warm p99 µs",
        "peak MB",
    ];
    let mut table = Table::new("Functions", columns);
    for function in functions {
        let name = &function.name;
        table.row([
            if function.reference { format!("*{name}* (reference)") } else { name.clone() },
            decimals(Some(function.bytes as f64 / 1e6), 2),
            decimals(Some(function.zip_bytes as f64 / 1e6), 2),
            decimals(function.init_cpu_ms, 2),
            decimals(function.first_response_cpu_ms, 2),
            decimals(function.of_hello(), 2),
            decimals(Some(function.first_response_wall_ms), 1),
            decimals(function.first_request_cpu_ms, 2),
            decimals(function.warm_cpu_ms, 3),
            decimals(Some(function.warm_wall_p50_us), 0),
            decimals(Some(function.warm_wall_p99_us), 0),
            decimals(function.peak_bytes.map(|bytes| bytes as f64 / 1e6), 1),
        ]);
    }
    for binary in binaries.iter().filter(|binary| !functions.iter().any(|function| function.name == **binary)) {
        table.not_measured(binary, "cargo measure functions");
    }
    table
}

fn decimals(figure: Option<f64>, digits: usize) -> String {
    figure.map_or_else(|| "–".to_owned(), |figure| format!("{figure:.digits$}"))
}
