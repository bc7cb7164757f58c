//! One function: its settings, its role, what invokes it, and its log.

use http::StatusCode;
use local_logs::Event;
use local_stories::{HIDDEN, masked};
use local_template::{EventSource, Function, Statement};
use serde_json::{Map, Value, json};

use super::look::look;
use super::{Failure, bad_request};
use crate::stack::Stack;

/// How many lines of a log are given unless the query says so, and at most.
const LINES: usize = 200;
const MOST_LINES: usize = 2000;

/// The settings of a function, named by its logical id or its name.
pub fn describe(stack: &Stack, name: &str) -> Result<Value, Failure> {
    let (logical_id, function) = find(stack, name)?;
    let statements = function.role.statements.iter().map(|Statement { effect, actions, resources }| {
        json!({"effect": format!("{effect:?}"), "actions": actions, "resources": resources})
    });
    let routes = stack.system.api.iter().flat_map(|api| &api.routes).filter(|route| route.function == *logical_id);
    Ok(json!({
        "logicalId": logical_id,
        "name": function.name,
        "arn": function.arn,
        "binary": function.binary,
        "memoryMb": function.memory_mb,
        "timeoutSeconds": function.timeout.as_secs_f64(),
        "reservedConcurrency": function.reserved_concurrency,
        "logGroup": function.log_group,
        "maximumRetryAttempts": function.event_invoke.maximum_retry_attempts,
        "routes": routes.map(|route| format!("{} {}", route.method, route.path)).collect::<Vec<_>>(),
        "sources": function.sources.iter().map(source).collect::<Vec<_>>(),
        "environment": environment(function),
        "role": {"name": function.role.name, "statements": statements.collect::<Vec<_>>()},
    }))
}

/// The newest lines of a function's log, the oldest of them first; `lines=50` says how many.
pub async fn logs(stack: &Stack, name: &str, query: Option<&str>) -> Result<Value, Failure> {
    let (_, function) = find(stack, name)?;
    let most = match query {
        None => LINES,
        Some(query) => {
            let asked = query.strip_prefix("lines=").and_then(|lines| lines.parse().ok());
            asked
                .filter(|lines| (1..=MOST_LINES).contains(lines))
                .ok_or_else(|| bad_request(format!("the query is lines=NUMBER, from 1 to {MOST_LINES}")))?
        }
    };
    let page = stack.logs.newest(most, |event| *event.function == *function.name);
    let shown = |event: &Event| json!({"time": event.time_ms, "line": masked(&event.message)});
    look(move || Ok(page.events.iter().map(shown).collect())).await
}

/// The function of a logical id or a name.
fn find<'a>(stack: &'a Stack, name: &str) -> Result<(&'a String, &'a Function), Failure> {
    let functions = &stack.system.functions;
    let found = functions.get_key_value(name).or_else(|| functions.iter().find(|(_, function)| function.name == name));
    found.ok_or_else(|| (StatusCode::NOT_FOUND, "no such function".to_owned()))
}

fn source(source: &EventSource) -> String {
    match source {
        EventSource::Stream(stream) => format!("stream of {}", stream.table),
        EventSource::Queue(queue) => format!("queue {}", queue.queue.rsplit(':').next().unwrap_or_default()),
        EventSource::Schedule(schedule) => format!("schedule {}, every {} s", schedule.id, schedule.every.as_secs()),
    }
}

/// The variables. A template may give a password in one: those whose names say so are hidden.
fn environment(function: &Function) -> Map<String, Value> {
    let is_secret = |name: &str| {
        let name = name.to_lowercase().replace(['_', '-'], "");
        ["password", "token", "privatekey", "apikey"].iter().any(|part| name.contains(part))
            || name.contains("secret") && !name.ends_with("arn") && !name.ends_with("id")
    };
    let shown = |(name, value): (&String, &String)| {
        let value = if is_secret(name) { HIDDEN.into() } else { masked(value) };
        (name.clone(), value.into())
    };
    function.environment.iter().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use local_template::System;

    use super::*;

    #[test]
    fn a_variable_whose_name_says_that_it_is_secret_is_hidden() {
        let system = System::parse(TEMPLATE, "template.yaml", &BTreeMap::new()).unwrap();
        let shown = Value::Object(environment(&system.functions["Put"]));
        let expected = json!({
            "API_KEY": HIDDEN, "DB_PASSWORD": HIDDEN, "DB_URL": "postgres://•••@db", "JWT_SECRET": HIDDEN, "JWT_SECRET_ARN": "arn",
            "TABLE": "Things",
        });
        assert_eq!(shown, expected);
    }

    const TEMPLATE: &str = r#"
Transform: AWS::Serverless-2016-10-31
Resources:
  Put:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: rust-cargolambda, BuildProperties: {Binary: put}}
    Properties:
      Runtime: provided.al2023
      Handler: bootstrap
      CodeUri: .
      Environment: {Variables: {TABLE: Things, DB_PASSWORD: x, API_KEY: x, JWT_SECRET: x, JWT_SECRET_ARN: arn, DB_URL: 'postgres://a:b@db'}}
"#;
}
