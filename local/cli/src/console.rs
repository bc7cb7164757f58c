//! Output on the terminal.

use std::io::Write;
use std::path::Path;
use std::sync::LazyLock;
use std::sync::mpsc::{self, Sender};
use std::time::Duration;

use local_apigateway::Exchange;
use local_template::{Api, Route, System};
use time::OffsetDateTime;
use time::macros::format_description;

enum Print {
    Line(String),
    Flush(Sender<()>),
}

/// Lines are written by a thread of their own: a terminal that is held (Ctrl-S, a pager) must not hold up the stack.
static PRINTER: LazyLock<Sender<Print>> = LazyLock::new(|| {
    let (lines, incoming) = mpsc::channel();
    std::thread::spawn(move || {
        for print in incoming {
            match print {
                // The stack runs on without a terminal.
                Print::Line(line) => drop(writeln!(std::io::stdout().lock(), "{line}")),
                Print::Flush(done) => drop(done.send(())),
            }
        }
    });
    lines
});

/// Writes a line.
fn line(text: std::fmt::Arguments<'_>) {
    let _ = PRINTER.send(Print::Line(harmless(&text.to_string())));
}

/// A text without control characters: a terminal takes them as commands, and clients and functions may send any.
fn harmless(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

/// Waits until all lines are written; at most a second, as the terminal may be held.
pub fn flush() {
    let (done, written) = mpsc::channel();
    let _ = PRINTER.send(Print::Flush(done));
    let _ = written.recv_timeout(Duration::from_secs(1));
}

/// Prints the routes of the API and the binary behind each.
fn routes(api: &Api, system: &System) {
    let binary_of =
        |route: &Route| system.functions.get(&route.function).map_or("", |function| function.binary.as_str());
    let path_width = api.routes.iter().map(|route| route.path.len()).max().unwrap_or(0);
    let binary_width = api.routes.iter().map(|route| binary_of(route).len()).max().unwrap_or(0);
    for route in &api.routes {
        let binary = binary_of(route);
        let guard = if route.authorizer.is_some() { "token" } else { "" };
        line(format_args!("  {:<7}{:<path_width$}  {binary:<binary_width$}  {guard}", route.method, route.path));
    }
}

/// Says that the stack is ready.
pub fn ready(url: &str, logs: &Path, system: &System, took: Duration) {
    say("");
    if let Some(api) = &system.api {
        routes(api, system);
    }
    let seconds = took.as_secs_f32();
    say(&format!("\n  {url} is ready ({seconds:.1} s). Ctrl-C stops it; functions log into {}\n", logs.display()));
}

/// Prints a text.
pub fn say(text: &str) {
    line(format_args!("{text}"));
}

/// Prints what AWS would take and is most likely not meant.
pub fn warn(text: &str) {
    line(format_args!("warning: {text}"));
}

/// Prints a line that a function logged.
pub fn function_line(function: &str, text: &str) {
    line(format_args!("          {function} | {text}"));
}

/// Prints a request and its response.
pub fn request(exchange: &Exchange) {
    let time = OffsetDateTime::now_utc().format(format_description!("[hour]:[minute]:[second]")).unwrap_or_default();
    let who = match (&exchange.function, &exchange.gateway_response) {
        (_, Some(response)) => format!("gateway: {}", response.name()),
        (Some(function), None) => function.to_string(),
        (None, None) => "gateway".to_owned(),
    };
    line(format_args!(
        "{time}  {}  {:>5} ms  {:<6} {}  {who}",
        exchange.response.status().as_u16(),
        exchange.duration.as_millis(),
        exchange.method.as_str(),
        shortened(&exchange.path),
    ));
    if let Some(failure) = &exchange.failure {
        line(format_args!("          {failure}"));
    }
}

/// The first 200 characters of a path, which may be as long as a request's head.
fn shortened(path: &str) -> String {
    path.chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_terminal_gets_no_commands() {
        assert_eq!(super::harmless("plain \u{1b}[2J text\nand more"), "plain \u{fffd}[2J text\nand more");
    }
}
