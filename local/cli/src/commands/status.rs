//! `cargo local status`: what runs, and where it is to be found.

use clap::Args;
use serde::{Deserialize, Serialize};

use super::running_stack::RunningStack;
use crate::error::Error;
use crate::local_time;

/// Show what runs: URLs, data folder, and what the seed file printed
#[derive(Debug, Args)]
pub struct Status {
    #[command(flatten)]
    stack: RunningStack,
}

/// The control's answer.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Running {
    url: String,
    aws_endpoint_url: String,
    is_whole: bool,
    docs: Option<String>,
    console: Option<String>,
    data_folder: String,
    template: String,
    started_at: String,
    process_id: u32,
    routes: usize,
    functions: usize,
    instances: usize,
    tables: usize,
    queues: usize,
    secrets: usize,
    seed: Vec<String>,
}

impl Status {
    /// Prints the status.
    ///
    /// # Errors
    /// [`Error::NoStack`]
    pub async fn run(self) -> Result<(), Error> {
        let running: Running = self.stack.get("status").await?;
        self.stack.print(&running, || running.shown());
        Ok(())
    }
}

impl Running {
    fn shown(&self) -> String {
        let Self { functions, instances, tables, queues, secrets, routes, .. } = self;
        let parts = match self.is_whole {
            true => {
                let (routes, functions) = (count(*routes, "route"), count(*functions, "function"));
                format!("{routes}, {functions} ({})", count(*instances, "instance"))
            }
            false => format!("only backends, for {} of another program", count(*functions, "function")),
        };
        let mut lines = vec![("URL", self.url.clone())];
        lines.extend(self.seed.iter().map(|line| ("seed file", line.clone())));
        lines.extend(self.console.iter().map(|url| ("console", url.clone())));
        lines.extend(self.docs.iter().map(|url| ("API's description", url.clone())));
        lines.push(("AWS endpoint", self.aws_endpoint_url.clone()));
        lines.push(("data folder", self.data_folder.clone()));
        lines.push(("template", self.template.clone()));
        let (tables, queues, secrets) = (count(*tables, "table"), count(*queues, "queue"), count(*secrets, "secret"));
        lines.push(("runs", format!("{parts}, {tables}, {queues}, {secrets}")));
        lines.push(("since", format!("{} (process {})", local_time::of(&self.started_at), self.process_id)));
        let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        lines.iter().map(|(name, value)| format!("{name:<width$}  {value}")).collect::<Vec<_>>().join("\n")
    }
}

/// `1 queue`, `2 queues`.
fn count(number: usize, of: &str) -> String {
    format!("{number} {of}{}", if number == 1 { "" } else { "s" })
}
