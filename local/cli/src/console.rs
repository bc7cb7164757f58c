//! What the terminal shows.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use local_apigateway::Answer;
use template::{Api, Route, System};
use time::OffsetDateTime;
use time::macros::format_description;

/// Writes a line; a terminal that is gone is no reason to stop.
fn line(text: std::fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// The routes of the API, with the binary behind each.
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

/// The stack is ready.
pub fn ready(url: &str, logs: &Path, system: &System, took: Duration) {
    say("");
    if let Some(api) = &system.api {
        routes(api, system);
    }
    let seconds = took.as_secs_f32();
    say(&format!("\n  {url} is ready ({seconds:.1} s). Ctrl-C stops it; functions log into {}\n", logs.display()));
}

/// A line of news.
pub fn say(text: &str) {
    line(format_args!("{text}"));
}

/// A line a function wrote.
pub fn function_line(function: &str, text: &str) {
    line(format_args!("          {function} | {text}"));
}

/// A request that was answered.
pub fn request(answer: &Answer) {
    let time = OffsetDateTime::now_utc().format(format_description!("[hour]:[minute]:[second]")).unwrap_or_default();
    let who = match (&answer.function, &answer.gateway_response) {
        (_, Some(response)) => format!("gateway: {}", response.name()),
        (Some(function), None) => function.to_string(),
        (None, None) => "gateway".to_owned(),
    };
    line(format_args!(
        "{time}  {}  {:>5} ms  {:<6} {}  {who}",
        answer.response.status().as_u16(),
        answer.duration.as_millis(),
        answer.method.as_str(),
        printable(&answer.path),
    ));
    if let Some(failure) = &answer.failure {
        line(format_args!("          {failure}"));
    }
}

/// A client's path may hold anything; a terminal takes control characters as commands.
fn printable(path: &str) -> String {
    path.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).take(200).collect()
}
