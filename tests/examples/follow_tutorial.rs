//! Follows the steps of `docs/adding-an-endpoint.md` in the workspace of the current folder, which has to be a copy, and
//! prints the page's commands: `.ci/tutorial` runs them there.

use std::path::Path;
use std::process::ExitCode;

use tests::Tutorial;

fn main() -> ExitCode {
    let page = std::fs::read_to_string("docs/adding-an-endpoint.md").map_err(|error| error.to_string());
    let followed = page.and_then(|page| {
        let tutorial = Tutorial::read(&page)?;
        tutorial.follow(Path::new("."))?;
        Ok(tutorial.commands)
    });
    match followed {
        Ok(commands) => {
            println!("{}", commands.join("\n"));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
