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
    /// The schedule: its function, or its own name in the template
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
        let Some(function) = function_of(&schedule, &all) else {
            let schedules = all.into_iter().map(|Schedule { function, name }| format!("{function} ({name})")).collect();
            return Err(Error::NoSchedule { schedule, schedules });
        };
        let answer: Value = stack.post(&format!("schedules/{}/run", segment(function)), None).await?;
        stack.print(&json!({"function": function, "answer": answer}), || format!("{function}: {answer}"));
        Ok(())
    }
}

/// The function of the one schedule that goes by a name.
fn function_of<'a>(name: &str, all: &'a [Schedule]) -> Option<&'a str> {
    if let Some(schedule) = all.iter().find(|schedule| schedule.function == name) {
        return Some(&schedule.function);
    }
    let mut named = all.iter().filter(|one| one.name == name || format!("{}{}", one.function, one.name) == name);
    let first = named.next()?;
    named.all(|other| other.function == first.function).then_some(&first.function)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_two_schedules_have_means_neither() {
        let schedule = |function: &str, name: &str| Schedule { function: function.to_owned(), name: name.to_owned() };
        let all = [schedule("Sweep", "EveryMinute"), schedule("Report", "EveryMinute"), schedule("Report", "EveryDay")];
        for (name, function) in [
            ("Sweep", Some("Sweep")),
            ("EveryDay", Some("Report")),
            ("SweepEveryMinute", Some("Sweep")),
            ("EveryMinute", None),
            ("Other", None),
        ] {
            assert_eq!(function_of(name, &all), function, "{name}");
        }
    }
}
