//! `cargo local completions`: completions of the command line for a shell.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::arguments::Arguments;
use crate::console;
use crate::error::Error;

/// A shell completes what is a command of its own, which `cargo local` is not: the script is for an alias of this name.
const ALIAS: &str = "cargo-local";

/// Print completions for a shell, for an alias `cargo-local`
#[derive(Debug, Args)]
#[command(after_help = "bash: alias cargo-local='cargo local'; source <(cargo local completions bash)")]
pub struct Completions {
    /// The shell
    pub shell: Shell,
}

impl Completions {
    /// Prints the script.
    ///
    /// # Errors
    /// None.
    pub fn run(self) -> Result<(), Error> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), ALIAS, &mut script);
        console::raw(&String::from_utf8_lossy(&script));
        Ok(())
    }
}
