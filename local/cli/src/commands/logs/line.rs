//! A log line for a person: time, function, and the line's JSON taken apart.

use anstyle::{AnsiColor, Style};
use serde_json::{Map, Value};

use super::Line;
use crate::console::harmless;
use crate::local_time;

const DIM: Style = Style::new().dimmed();
const FUNCTION: Style = AnsiColor::Cyan.on_default();

impl Line {
    /// The line with colours, which a terminal shows and anything else is not given.
    pub fn shown(&self) -> String {
        let (time, function) = (local_time::of_day(&self.time), harmless(&self.function));
        format!("{DIM}{time}{DIM:#} {FUNCTION}{function}{FUNCTION:#} {}", text(&self.line))
    }
}

fn text(line: &str) -> String {
    match serde_json::from_str::<Map<String, Value>>(line) {
        Ok(members) if members.get("message").is_some_and(Value::is_string) => structured(&members),
        _ if ["START ", "END ", "REPORT ", "INIT_REPORT "].iter().any(|start| line.starts_with(start)) => {
            format!("{DIM}{}{DIM:#}", harmless(line))
        }
        _ => harmless(line),
    }
}

/// `LEVEL message name=value …`
fn structured(members: &Map<String, Value>) -> String {
    let of = |name: &str| members.get(name).and_then(Value::as_str).map(harmless).unwrap_or_default();
    let level = of("level");
    let style = match level.as_str() {
        "ERROR" => AnsiColor::Red.on_default().bold(),
        "WARN" => AnsiColor::Yellow.on_default(),
        "DEBUG" | "TRACE" => DIM,
        _ => Style::new(),
    };
    // Shown elsewhere in the line; and what tells CloudWatch which of the members are metrics (embedded metric format).
    let left_out = ["level", "message", "timestamp", "_aws"];
    let rest = members.iter().filter(|(name, _)| !left_out.contains(&name.as_str())).map(|(name, value)| {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        format!(" {}={}", harmless(name), harmless(&value))
    });
    let rest: String = rest.collect();
    let level = if level.is_empty() { level } else { format!("{style}{level}{style:#} ") };
    format!("{level}{}{DIM}{rest}{DIM:#}", of("message"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(line: &str) -> String {
        anstream::adapter::strip_str(&text(line)).to_string()
    }

    #[test]
    fn a_structured_line_is_taken_apart() {
        let line =
            r#"{"timestamp":"2026-01-31T12:00:00Z","level":"ERROR","message":"not sent","status":503,"to":"queue"}"#;
        assert_eq!(plain(line), "ERROR not sent status=503 to=queue");
        assert_eq!(plain(r#"{"_aws":{"x":1}}"#), r#"{"_aws":{"x":1}}"#);
    }

    #[test]
    fn tabs_survive_and_commands_to_the_terminal_do_not() {
        assert_eq!(plain("REPORT RequestId: 1\tDuration: 2 ms"), "REPORT RequestId: 1\tDuration: 2 ms");
        assert_eq!(plain("a\u{1b}[2Jb"), "a\u{fffd}[2Jb");
        assert_eq!(plain(r#"{"level":"INFO","message":"a\u001b[2Jb"}"#), "INFO a\u{fffd}[2Jb");
    }
}
