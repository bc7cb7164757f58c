//! `cargo local run`: runs a schedule now.

use clap::Args;
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::segment;
use super::running_stack::RunningStack;
use crate::error::Error;

/// Run a schedule now and print what its function answers
#[derive(Debug, Args)]
pub struct RunSchedule {
    /// The schedule: its own name in the template, or its function for all that call it
    schedule: String,
    #[command(flatten)]
    stack: RunningStack,
}

/// A schedule of the stack.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Schedule {
    function: String,
    name: String,
}

impl RunSchedule {
    /// Runs the schedule.
    ///
    /// # Errors
    /// [`Error::NoSchedule`] if there is none of that name, or more than one; [`Error::Refused`] with what the function says if it fails.
    pub async fn run(self) -> Result<(), Error> {
        let Self { schedule, stack } = self;
        let all: Vec<Schedule> = stack.get("schedules").await?;
        let Some(Schedule { function, name }) = named(&schedule, &all) else {
            let schedules = all.into_iter().map(|Schedule { function, name }| format!("{function} ({name})")).collect();
            return Err(Error::NoSchedule { schedule, schedules });
        };
        // By its function, all that call it.
        let path = match *function == schedule {
            true => format!("schedules/{}/run", segment(function)),
            false => format!("schedules/{}/{}/run", segment(function), segment(name)),
        };
        let answer: Value = stack.post(&path, None).await?;
        stack.print(&json!({"function": function, "answer": answer}), || format!("{function}: {answer}"));
        Ok(())
    }
}

/// The one schedule that goes by a name, or the first one that calls a function of this name.
fn named<'a>(name: &str, all: &'a [Schedule]) -> Option<&'a Schedule> {
    if let Some(schedule) = all.iter().find(|schedule| schedule.function == name) {
        return Some(schedule);
    }
    let mut named = all.iter().filter(|one| one.name == name || format!("{}{}", one.function, one.name) == name);
    let first = named.next()?;
    named.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_two_schedules_have_means_neither() {
        let schedule = |function: &str, name: &str| Schedule { function: function.to_owned(), name: name.to_owned() };
        let all = [schedule("Sweep", "EveryMinute"), schedule("Report", "EveryMinute"), schedule("Report", "EveryDay")];
        for (name, expected) in [
            ("Sweep", Some(("Sweep", "EveryMinute"))),
            ("EveryDay", Some(("Report", "EveryDay"))),
            ("ReportEveryMinute", Some(("Report", "EveryMinute"))),
            ("EveryMinute", None),
            ("Other", None),
        ] {
            let found = named(name, &all).map(|one| (one.function.as_str(), one.name.as_str()));
            assert_eq!(found, expected, "{name}");
        }
    }
}
