//! The schedules, and running one by hand.

use local_template::{EventSource, Function};
use serde_json::{Value, json};

use super::{Failure, failed};
use crate::stack::Stack;

/// Each schedule of each function.
pub fn list(stack: &Stack) -> Value {
    stack.system.functions.values().flat_map(of).collect()
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

/// Invokes a function once for each of its schedules, and gives its last answer.
pub async fn run(stack: &Stack, function: &str) -> Result<Value, Failure> {
    let invocation = stack.event_sources.run_schedule(function).await.map_err(failed)?;
    let answer = String::from_utf8_lossy(&invocation.payload);
    match invocation.function_error {
        None => Ok(serde_json::from_str(&answer).unwrap_or(Value::Null)),
        Some(_) => Err(failed(answer)),
    }
}
