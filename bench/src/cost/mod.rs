//! What the shop costs on AWS, computed from the figures and the price table `bench/prices.json`.
//!
//! `docs/cost.md` is computed from the committed figures, `bench/figures.json`. `cargo measure cost --check` fails when the
//! page, or a memory setting of the template, is not what they give; what was not measured yet contradicts nothing.

mod call;
mod inputs;
mod lambda;
mod memory;
mod month;
mod order;
mod page;
mod prices;
mod tables;
#[cfg(test)]
mod tests;

use std::path::Path;

use local_template::System;

use crate::error::Error;
use crate::figures::Figures;
use crate::table::measured_rows;
use crate::world::World;

use inputs::Inputs;
use lambda::Taken;
use memory::{is_waited_for, recommended};
use prices::Prices;

/// The figures that the page and the template's memory settings come from.
const COMMITTED: &str = "bench/figures.json";

/// The page.
const PAGE: &str = "docs/cost.md";

/// Prints what the figures of `file` cost. Of the committed ones, whatever machine they are from, it writes the page.
pub fn run(world: &World, file: &Path, figures: &Figures) -> Result<(), Error> {
    let prices = known_prices(&world.root)?;
    let committed = world.root.join(COMMITTED);
    if file.canonicalize().ok() != committed.canonicalize().ok() || !committed.exists() {
        for (_, table) in (Inputs { figures, system: &world.system, prices: &prices }).tables()? {
            println!("{table}");
        }
        return Ok(());
    }
    let (page, figures) = (world.root.join(PAGE), committed_figures(&world.root)?);
    let tables = Inputs { figures: &figures, system: &world.system, prices: &prices }.tables()?;
    let text = std::fs::read_to_string(&page).map_err(Error::file(&page))?;
    std::fs::write(&page, page::filled(&text, &tables)?).map_err(Error::file(&page))?;
    eprintln!("{PAGE} is written");
    Ok(())
}

/// How far CPU times of two runs of the same code are apart at most, one divided by the other.
const NOISE: f64 = 1.25;

/// What `docs/cost.md` and the template's memory settings say otherwise than the committed figures.
pub fn contradictions(world: &World) -> Result<Vec<String>, Error> {
    let (prices, figures) = (known_prices(&world.root)?, committed_figures(&world.root)?);
    let mut found = memory_contradictions(&world.system, &figures, &prices);
    let path = world.root.join(PAGE);
    let text = std::fs::read_to_string(&path).map_err(Error::file(&path))?;
    let tables = Inputs { figures: &figures, system: &world.system, prices: &prices }.tables()?;
    if measured_rows(&page::filled(&text, &tables)?) != measured_rows(&text) {
        found.push(format!("{PAGE} is not what {COMMITTED} gives: run `cargo measure cost --json {COMMITTED}`"));
    }
    Ok(found)
}

/// Each function whose memory is another than any that the figures recommend, give or take the noise of a run.
fn memory_contradictions(system: &System, figures: &Figures, prices: &Prices) -> Vec<String> {
    let contradiction = |function: &local_template::Function| {
        let measured = figures.functions.iter().find(|measured| measured.name == function.binary)?;
        let taken = Taken::of(measured)?;
        let [least, most] = [1.0 / NOISE, NOISE].map(|factor| {
            let taken = Taken { warm_cpu_ms: taken.warm_cpu_ms * factor, ..taken };
            recommended(taken, is_waited_for(function), &prices.assumptions)
        });
        let (name, memory) = (&function.binary, function.memory_mb);
        let advice =
            format!("{name}: MemorySize is {memory} in template.yaml; its figures recommend {least} to {most}");
        (!(least..=most).contains(&memory)).then_some(advice)
    };
    system.functions.values().filter_map(contradiction).collect()
}

fn known_prices(root: &Path) -> Result<Prices, Error> {
    Prices::known().map_err(|cause| Error::Json { path: root.join("bench/prices.json"), cause })
}

fn committed_figures(root: &Path) -> Result<Figures, Error> {
    let path = root.join(COMMITTED);
    let text = std::fs::read(&path).map_err(Error::file(&path))?;
    serde_json::from_slice(&text).map_err(|cause| Error::Json { path, cause })
}
