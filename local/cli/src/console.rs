//! Output on the terminal.

mod printer;

use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use anstyle::AnsiColor;
use local_apigateway::Exchange;
use local_stories::masked;
use local_template::{Api, Route, System};

use self::printer::{Output, Printer};
use crate::local_time;

static PRINTER: LazyLock<Printer> = LazyLock::new(|| Printer::start(Output::new()));

/// Writes a line.
fn line(text: std::fmt::Arguments<'_>) {
    styled(&harmless(&text.to_string()));
}

/// Writes one of the lines that come for as long as the stack runs. They may be left out while the terminal is held.
fn passing(text: &str) {
    PRINTER.print_if_room(format!("{text}\n"));
}

/// Writes a line with colours, which are left out where no terminal shows them (`NO_COLOR`). What comes from elsewhere was
/// made [`harmless`] before it was coloured.
pub fn styled(line: &str) {
    raw(&format!("{line}\n"));
}

/// Writes a text of this program's own as it is.
pub fn raw(text: &str) {
    PRINTER.print(text.to_owned());
}

/// A text without control characters but tabs and line breaks: a terminal takes them as commands, and clients and functions may
/// send any.
pub fn harmless(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && !matches!(c, '\n' | '\t') { '\u{fffd}' } else { c }).collect()
}

/// Waits until all lines are written; at most a second, as the terminal may be held.
pub fn flush() {
    PRINTER.flush(Duration::from_secs(1));
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
    let took = told(took);
    say(&format!("\n  {url} is ready ({took}). Ctrl-C stops it; functions log into {}\n", logs.display()));
}

/// How long something took, in its unit.
pub fn told(took: Duration) -> String {
    if took < Duration::from_secs(1) {
        return format!("{} ms", took.as_millis());
    }
    format!("{:.1} s", took.as_secs_f32())
}

/// Prints a text.
pub fn say(text: &str) {
    line(format_args!("{text}"));
}

/// Prints what AWS would take and is most likely not meant.
pub fn warn(text: &str) {
    line(format_args!("warning: {text}"));
}

/// Prints a line that a function logged, with secrets masked: a terminal is read over shoulders and pasted into reports.
pub fn function_line(function: &str, text: &str) {
    passing(&harmless(&format!("          {function} | {}", masked(text))));
}

/// Prints a request and its response.
pub fn request(exchange: &Exchange) {
    let who = match (&exchange.function, &exchange.gateway_response) {
        (_, Some(response)) => format!("gateway: {}", response.name()),
        (Some(function), None) => function.to_string(),
        (None, None) => "gateway".to_owned(),
    };
    let status = exchange.response.status();
    let style = match status.as_u16() {
        500.. => AnsiColor::Red.on_default(),
        400..500 => AnsiColor::Yellow.on_default(),
        _ => AnsiColor::Green.on_default(),
    };
    let (path, who) = (harmless(&shortened(&exchange.path)), harmless(&who));
    passing(&format!(
        "{}  {style}{}{style:#}  {:>5} ms  {:<6} {path}  {who}",
        local_time::now(),
        status.as_u16(),
        exchange.duration.as_millis(),
        exchange.method.as_str(),
    ));
    if let Some(failure) = &exchange.failure {
        passing(&harmless(&format!("          {}", masked(&failure.to_string()))));
    }
}

/// The first 200 characters of a path, which may be as long as a request's head.
fn shortened(path: &str) -> String {
    path.chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    #[test]
    fn a_duration_is_told_in_its_unit() {
        let told = [0, 49, 999, 1_000, 1_250, 61_000].map(|took| super::told(Duration::from_millis(took)));
        assert_eq!(told, ["0 ms", "49 ms", "999 ms", "1.0 s", "1.2 s", "61.0 s"]);
    }

    #[test]
    fn a_terminal_gets_no_commands() {
        assert_eq!(super::harmless("plain \u{1b}[2J text\n\tand more"), "plain \u{fffd}[2J text\n\tand more");
    }
}
