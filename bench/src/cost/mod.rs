//! What the shop costs on AWS, computed from the figures and the price table `bench/prices.json`.
//!
//! `docs/cost.md` is computed from the committed figures, `bench/figures.json`; a test fails when the page, or a memory
//! setting of the template, is not what they give.

mod call;
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

use crate::error::Error;
use crate::figures::Figures;
use crate::world::World;

use prices::Prices;
use tables::Shop;

/// The figures that the page and the template's memory settings come from.
const COMMITTED: &str = "bench/figures.json";

/// The page.
const PAGE: &str = "docs/cost.md";

/// Prints what the figures of `file` cost. Of the committed ones, whatever machine they are from, it writes the page.
pub fn run(world: &World, file: &Path, figures: &Figures) -> Result<(), Error> {
    let prices = known_prices(&world.root)?;
    let committed = world.root.join(COMMITTED);
    if file.canonicalize().ok() != committed.canonicalize().ok() || !committed.exists() {
        for (_, table) in (Shop { figures, system: &world.system, prices: &prices }).tables()? {
            println!("{table}");
        }
        return Ok(());
    }
    let (page, figures) = (world.root.join(PAGE), committed_figures(&world.root)?);
    let tables = Shop { figures: &figures, system: &world.system, prices: &prices }.tables()?;
    let text = std::fs::read_to_string(&page).map_err(Error::file(&page))?;
    std::fs::write(&page, page::filled(&text, &tables)?).map_err(Error::file(&page))?;
    eprintln!("{PAGE} is written");
    Ok(())
}

fn known_prices(root: &Path) -> Result<Prices, Error> {
    Prices::known().map_err(|cause| Error::Json { path: root.join("bench/prices.json"), cause })
}

fn committed_figures(root: &Path) -> Result<Figures, Error> {
    let path = root.join(COMMITTED);
    let text = std::fs::read(&path).map_err(Error::file(&path))?;
    serde_json::from_slice(&text).map_err(|cause| Error::Json { path, cause })
}
