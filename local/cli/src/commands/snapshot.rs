//! `cargo local snapshot`: takes, lists, restores and deletes snapshots of the data folder.

use clap::{Args, Subcommand};
use local_snapshots::{Name, Snapshot};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::running_stack::RunningStack;
use crate::error::Error;
use crate::local_time;

/// Take a snapshot of the data folder, or go back to one, while the stack runs
#[derive(Debug, Args)]
pub struct Snapshots {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    stack: RunningStack,
}

#[derive(Debug, Clone, Subcommand)]
enum Action {
    /// Take one: tables, queues, secrets and mails as they are at one moment
    Take {
        /// Its name: letters, digits, - _ . [default: the time]
        name: Option<Name>,
    },
    /// List them, the newest first
    List,
    /// Go back to one; what is there now is kept as another one
    Restore {
        /// Its name
        name: Name,
    },
    /// Delete one
    Delete {
        /// Its name
        name: Name,
    },
}

#[derive(Deserialize, Serialize)]
struct Restored {
    restored: Name,
    before: Name,
}

impl Snapshots {
    /// Does what is asked.
    ///
    /// # Errors
    /// [`Error::NoStack`], [`Error::Unknown`] with the names that there are, or [`Error::Refused`] by the stack.
    pub async fn run(self) -> Result<(), Error> {
        let stack = self.stack;
        match self.action {
            Action::Take { name } => {
                let taken: Snapshot = stack.post("snapshots", Some(&json!({"name": name}))).await?;
                stack.print(&taken, || format!("{} is taken ({})", taken.name, size(taken.bytes)));
            }
            Action::List => {
                let all: Vec<Snapshot> = stack.get("snapshots").await?;
                stack.print(&all, || list(&all));
            }
            Action::Restore { name } => {
                let restored: Restored = stack.post(&format!("snapshots/{name}/restore"), None).await?;
                stack.print(&restored, || format!("{name} is restored; what was there is {}", restored.before));
            }
            Action::Delete { name } => {
                stack.delete::<Value>(&format!("snapshots/{name}")).await?;
                stack.print(&json!({"deleted": name}), || format!("{name} is deleted"));
            }
        }
        Ok(())
    }
}

fn list(all: &[Snapshot]) -> String {
    if all.is_empty() {
        return "no snapshots".to_owned();
    }
    let line = |one: &Snapshot| format!("{}  {:>9}  {}", local_time::of(&one.taken_at), size(one.bytes), one.name);
    all.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A size as people read it.
fn size(bytes: u64) -> String {
    const KB: u64 = 1_000;
    const MB: u64 = 1_000_000;
    match bytes {
        0..KB => format!("{bytes} B"),
        KB..MB => format!("{} kB", bytes / KB),
        MB.. => format!("{}.{} MB", bytes / MB, bytes % MB / 100_000),
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn a_size_is_told_in_its_unit() {
        let told = [999, 1_000, 999_999, 1_250_000, 2_000_000_000].map(size);
        assert_eq!(told, ["999 B", "1 kB", "999 kB", "1.2 MB", "2000.0 MB"]);
    }
}
