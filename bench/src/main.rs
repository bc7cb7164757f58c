//! `cargo measure`: what the shop takes, in figures that anyone can repeat.
//!
//! Each part is a module with a `measure` that fills its place in [`figures`] and a `table` that shows it; `world` knows
//! where things are and `cargo` builds them.

mod arguments;
mod budget;
mod cargo;
mod error;
mod figures;
mod functions;
mod kept;
mod machine;
mod progress;
mod references;
mod statistics;
mod table;
mod world;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Part};
use budget::Budget;
use error::Error;
use figures::Figures;
use world::World;

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Error> {
    let parts = arguments.parts();
    let world = World::find(arguments.profile.clone()).await?;
    let file = arguments.json.clone().unwrap_or_else(|| world.folder("figures.json"));
    let mut figures = kept::read(&file, machine::describe(&world.profile))?;
    if !arguments.no_build && parts.iter().any(|part| *part != Part::Cost) {
        cargo::build(&world).await?;
    }
    if !arguments.no_build && parts.contains(&Part::Functions) {
        references::build(&world).await?;
    }
    let release_build_s = if arguments.clean_build {
        let took = cargo::build_from_nothing(&world).await?.as_secs_f64();
        progress::say(&format!("all functions were built from nothing in {took:.0} s"));
        Some(took)
    } else {
        figures.times.as_ref().and_then(|times| times.release_build_s)
    };
    for part in &parts {
        match part {
            Part::Functions => {
                let repeat = functions::Repeat { starts: arguments.starts, requests: arguments.requests };
                figures.functions = functions::measure(&world, repeat).await?;
                println!("{}", functions::table(&figures.functions));
            }
            Part::Endpoints => {}
            Part::Order => {}
            Part::Load => {}
            Part::Scale => {}
            Part::HotProduct => {}
            Part::Times => {}
            Part::Cost => {}
        }
        // It takes long, so it is measured when asked for only, and otherwise kept.
        if let Some(times) = &mut figures.times {
            times.release_build_s = release_build_s;
        }
        kept::write(&file, &figures)?;
    }
    if arguments.check { check(&world, &figures, &parts) } else { Ok(()) }
}

/// Says what was compared, then what is over the budget.
fn check(world: &World, figures: &Figures, parts: &[Part]) -> Result<(), Error> {
    let report = Budget::read(&world.root)?.check(figures, parts, &world.binaries());
    println!("{report}");
    let excesses = report.excesses();
    for excess in &excesses {
        println!("- {excess}");
    }
    if excesses.is_empty() { Ok(()) } else { Err(Error::OverBudget(excesses.len())) }
}
