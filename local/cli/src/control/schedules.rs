//! The schedules, and running one by hand.

use http::StatusCode;
use local_event_sources::Error;
use local_template::{EventSource, Function};
use serde_json::{Value, json};

use super::{Failure, failed};
use crate::stack::Stack;

/// Each schedule of each function.
pub fn list(stack: &Stack) -> Value {
    stack.system.functions.values().flat_map(of).collect()
}

fn names(stack: &Stack) -> String {
    let all = list(stack);
    let name = |one: &Value| Some(format!("{} ({})", one["function"].as_str()?, one["name"].as_str()?));
    let names: Vec<String> = all.as_array().into_iter().flatten().filter_map(name).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

fn of(function: &Function) -> impl Iterator<Item = Value> {
    function.sources.iter().filter_map(|source| match source {
        EventSource::Schedule(schedule) => Some(json!({
            "function": function.name,
            "name": schedule.id,
            "everySeconds": schedule.every.as_secs(),
            "enabled": schedule.enabled,
            "input": schedule.input,
        })),
        _ => None,
    })
}

/// Invokes a function once for each of its schedules, or for the one of this name, and gives its last answer.
pub async fn run(stack: &Stack, function: &str, name: Option<&str>) -> Result<Value, Failure> {
    let invocation = stack.event_sources.run_schedule(function, name).await.map_err(|error| match error {
        Error::NoSchedule(_) => (StatusCode::NOT_FOUND, format!("{error}; there are {}", names(stack))),
        error => failed(error),
    })?;
    let answer = String::from_utf8_lossy(&invocation.payload);
    match invocation.function_error {
        None => Ok(serde_json::from_str(&answer).unwrap_or(Value::Null)),
        Some(_) => Err(failed(answer)),
    }
}
