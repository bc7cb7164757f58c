//! `cargo local logs`: the lines of the functions, as they are or as they come.

mod line;

use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::client::segment;
use super::running_stack::RunningStack;
use crate::console;
use crate::error::Error;

/// How long a request for lines to come waits, in seconds.
const WAIT: u64 = 20;

/// Show what functions logged since the stack was started
#[derive(Debug, Args)]
pub struct Logs {
    /// A function, or a request id, of which the lines of all functions are shown [default: all lines]
    #[arg(value_name = "FUNCTION | REQUEST_ID")]
    of: Option<String>,
    /// Go on with the lines to come, until Ctrl-C
    #[arg(long, short)]
    follow: bool,
    /// How many of the newest lines
    #[arg(long, short = 'n', value_name = "NUMBER", default_value_t = 1000)]
    lines: usize,
    // `--json` prints an object a line here, as there may be no end.
    #[command(flatten)]
    stack: RunningStack,
}

/// The control's answer.
#[derive(Deserialize)]
struct Page {
    last: u64,
    lines: Vec<Line>,
}

/// A line that a function wrote, or Lambda about it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
struct Line {
    time: String,
    function: String,
    line: String,
}

impl Logs {
    /// Prints the lines.
    ///
    /// # Errors
    /// [`Error::NoStack`], or [`Error::NoFunction`] for what is neither a function nor looks like an id.
    pub async fn run(self) -> Result<(), Error> {
        let filter = self.filter().await?;
        let mut page: Page = self.stack.get(&format!("logs?lines={}{filter}", self.lines)).await?;
        if let Some(id) = self.of.as_ref().filter(|_| filter.starts_with("&text"))
            && let Some(story) = story(self.stack, id).await
        {
            page.lines = newest(story, self.lines);
        }
        if page.lines.is_empty() && !self.follow && !self.stack.json {
            console::say("no lines");
        }
        loop {
            for line in page.lines {
                if self.stack.json { console::say(&json!(line).to_string()) } else { console::styled(&line.shown()) }
            }
            if !self.follow {
                return Ok(());
            }
            page = self.stack.get(&format!("logs?after={}&wait={WAIT}{filter}", page.last)).await?;
        }
    }

    /// The part of the query that chooses lines.
    async fn filter(&self) -> Result<String, Error> {
        let Some(of) = &self.of else { return Ok(String::new()) };
        let path = format!("logs?lines=0&function={}", segment(of));
        match self.stack.get::<Value>(&path).await {
            Ok(_) => Ok(format!("&function={}", segment(of))),
            Err(Error::Unknown(_)) if is_id(of) => Ok(format!("&text={}", segment(of))),
            Err(Error::Unknown(_)) => {
                Err(Error::NoFunction { function: of.clone(), functions: self.stack.get("functions").await? })
            }
            Err(error) => Err(error),
        }
    }
}

/// Whether a text looks like the id of a request or a trace, and not like the name of a function.
fn is_id(text: &str) -> bool {
    text.len() >= 8 && text.bytes().any(|byte| byte.is_ascii_digit())
}

/// All lines of the story of a request, in the order of their times: also those that don't name it. `None` if it is not known.
async fn story(stack: RunningStack, id: &str) -> Option<Vec<Line>> {
    let story: Value = stack.get(&format!("stories/{}", segment(id))).await.ok()?;
    let entries = story["entries"].as_array()?;
    let mut lines: Vec<Line> = entries
        .iter()
        .flat_map(|entry| entry["logs"].as_array().into_iter().flatten().map(move |line| (entry, line)))
        .filter_map(|(entry, line)| {
            let text = |value: &Value| value.as_str().map(str::to_owned);
            Some(Line { time: text(&line["time"])?, function: text(&entry["name"])?, line: text(&line["line"])? })
        })
        .collect();
    lines.sort_by(|one, other| one.time.cmp(&other.time));
    (!lines.is_empty()).then_some(lines)
}

/// The last of these lines.
fn newest(mut lines: Vec<Line>, most: usize) -> Vec<Line> {
    lines.split_off(lines.len().saturating_sub(most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_request_too_the_newest_lines_are_shown() {
        let line = |line: &str| Line { time: String::new(), function: "Work".to_owned(), line: line.to_owned() };
        let lines = || ["one", "two", "three"].map(line).to_vec();
        assert_eq!(newest(lines(), 2), lines()[1..]);
        assert_eq!((newest(lines(), 0), newest(lines(), 5)), (Vec::new(), lines()));
    }

    #[test]
    fn an_id_is_told_from_a_mistyped_name() {
        assert!(is_id("01980c5e-0000-7000-8000-0000000000af") && is_id("1-69c0ffee-0123456789abcdef01234567"));
        assert!(!is_id("GetMeFuntion") && !is_id("S3"));
    }
}
