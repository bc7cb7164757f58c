//! `cargo measure`: what the shop takes, in figures that anyone can repeat.
//!
//! Each part is a module with a `measure` that fills its place in [`figures`] and a `table` that shows it; `world` knows
//! where things are and `build` builds them.

mod arguments;
mod ask;
mod budget;
mod build;
mod cargo;
mod connection;
mod console;
mod cost;
mod cpu;
mod endpoints;
mod error;
mod figures;
mod functions;
mod generator;
mod growth;
mod hot_product;
mod kept;
mod latencies;
mod load;
mod machine;
mod memory;
mod meter;
mod order;
mod peers;
mod people;
mod place;
mod progress;
mod references;
mod scale;
mod stack;
mod statistics;
mod table;
mod times;
mod world;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Part};
use budget::{Budget, Expected};
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
    let mut parts = arguments.parts();
    if parts.contains(&Part::Peers)
        && let Some(tool) = peers::missing()
    {
        println!("peers: skipped, because {tool} is not installed (localstack/README.md)");
        parts.retain(|part| *part != Part::Peers);
    }
    let world = World::find(arguments.profile.clone()).await?;
    let file = arguments.json.clone().unwrap_or_else(|| world.folder("figures.json"));
    let mut figures = kept::read(&file, machine::describe(&world.profile))?;
    if parts.iter().any(|part| *part != Part::Cost) {
        match arguments.no_build {
            false => build::all(&world).await?,
            true => build::stack(&world).await?,
        }
    }
    if parts.contains(&Part::Functions) {
        references::build(&world).await?;
    }
    let release_build_s = if arguments.clean_build {
        Some(build::from_nothing(&world).await?.as_secs_f64())
    } else {
        figures.times.as_ref().and_then(|times| times.release_build_s)
    };
    for part in &parts {
        match part {
            Part::Functions => {
                let repeat = functions::Repeat { starts: arguments.starts, requests: arguments.requests };
                figures.functions = functions::measure(&world, repeat).await?;
                println!("{}", functions::table(&figures.functions, &world.binaries()));
            }
            Part::Endpoints => {
                figures.endpoints = endpoints::measure(&world).await?;
                println!("{}", endpoints::table(&figures.endpoints, &world.routes()));
            }
            Part::Order => {
                let order = figures.order.insert(order::measure(&world).await?);
                println!("{}", order::table(order));
            }
            Part::Load => {
                figures.load = load::measure(&world).await?;
                println!("{}", load::table(&figures.load));
            }
            Part::Growth => {
                figures.growth = growth::measure(&world, arguments.orders).await?;
                println!("{}", growth::table(&figures.growth));
            }
            Part::Scale => {
                figures.scale = scale::measure(&world).await?;
                println!("{}", scale::table(&figures.scale));
            }
            Part::HotProduct => {
                figures.hot_product = hot_product::measure(&world).await?;
                println!("{}", hot_product::table(&figures.hot_product));
            }
            Part::Console => {
                figures.console = console::measure(&world, arguments.rounds.unwrap_or(console::ROUNDS)).await?;
                println!("{}", console::table(&figures.console));
            }
            Part::Peers => {
                let peers =
                    figures.peers.insert(peers::measure(&world, arguments.rounds.unwrap_or(peers::ROUNDS)).await?);
                println!("{}", peers::table(peers));
            }
            Part::Times => {
                let times = figures.times.insert(times::measure(&world).await?);
                println!("{}", times::table(times));
            }
            // Compared below.
            Part::Cost if arguments.check => continue,
            Part::Cost => {
                cost::run(&world, &file, &figures)?;
                continue;
            }
        }
        // It takes long, so it is measured when asked for only, and otherwise kept.
        if let Some(times) = &mut figures.times {
            times.release_build_s = release_build_s;
        }
        kept::write(&file, &figures)?;
    }
    if arguments.check { check(&world, &figures, &parts) } else { Ok(()) }
}

/// Prints what was compared, then what is over the budget or was not measured.
fn check(world: &World, figures: &Figures, parts: &[Part]) -> Result<(), Error> {
    let expected = Expected { binaries: world.binaries(), routes: world.routes() };
    let report = Budget::read(&world.root)?.check(figures, parts, &expected);
    println!("{report}");
    let mut excesses = report.excesses();
    if parts.contains(&Part::Cost) {
        excesses.append(&mut cost::contradictions(world)?);
    }
    for excess in &excesses {
        println!("- {excess}");
    }
    if excesses.is_empty() { Ok(()) } else { Err(Error::OverBudget(excesses.len())) }
}
