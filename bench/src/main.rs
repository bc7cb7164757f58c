//! `cargo measure`: what the shop takes, in figures that anyone can repeat.
//!
//! Each part is a module with a `measure` that fills its place in [`figures`] and a `table` that shows it; `world` knows
//! where things are and `cargo` builds them.

mod arguments;
mod cargo;
mod cost;
mod error;
mod figures;
mod kept;
mod machine;
mod progress;
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
    let figures = kept::read(&file, machine::describe(&world.profile))?;
    if parts.iter().any(|part| *part != Part::Cost) {
        cargo::build(&world).await?;
    }
    for part in parts {
        match part {
            Part::Functions => {}
            Part::Endpoints => {}
            Part::Order => {}
            Part::Load => {}
            Part::Scale => {}
            Part::HotProduct => {}
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
