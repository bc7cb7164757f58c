//! `cargo measure`: what the shop takes, in figures that anyone can repeat.
//!
//! Each part is a module with a `measure` that fills its place in [`figures`] and a `table` that shows it; `world` knows
//! where things are and `cargo` builds them.

mod arguments;
mod ask;
mod cargo;
mod connection;
mod cost;
mod endpoints;
mod error;
mod figures;
mod generator;
mod hot_product;
mod kept;
mod latencies;
mod load;
mod machine;
mod meter;
mod order;
mod people;
mod progress;
mod stack;
mod table;
mod world;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Part};
use error::Error;
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
    if parts.iter().any(|part| *part != Part::Cost) {
        cargo::build(&world).await?;
    }
    for part in parts {
        match part {
            Part::Functions => {}
            Part::Endpoints => {
                figures.endpoints = endpoints::measure(&world).await?;
                println!("{}", endpoints::table(&figures.endpoints));
            }
            Part::Order => {
                let order = figures.order.insert(order::measure(&world).await?);
                println!("{}", order::table(order));
            }
            Part::Load => {
                figures.load = load::measure(&world).await?;
                println!("{}", load::table(&figures.load));
            }
            Part::Scale => {}
            Part::HotProduct => {
                figures.hot_product = hot_product::measure(&world).await?;
                println!("{}", hot_product::table(&figures.hot_product));
            }
            Part::Times => {}
            Part::Cost => {
                cost::run(&world, &file, &figures)?;
                continue;
            }
        }
        kept::write(&file, &figures)?;
    }
    Ok(())
}
