//! Amazon EventBridge: the schedules of the template as rules of the default event bus. EventBridge API Reference.

use std::time::Duration;

use bytes::Bytes;
use http::Response;
use local_template::{ACCOUNT, EventSource, Function, ScheduleSource};
use serde_json::{Value, json};

use super::call::Call;
use super::protocol;
use super::refusal::Refusal;

const EMULATED: [&str; 3] = ["ListRules", "DescribeRule", "ListTargetsByRule"];

/// Answers a request for EventBridge.
pub fn answer(call: &Call<'_>) -> Result<Response<Bytes>, Refusal> {
    let operation = call.operation();
    if !EMULATED.contains(&operation) {
        return Err(call.not_emulated(operation, &EMULATED));
    }
    let body: Value = serde_json::from_slice(call.request.body())
        .map_err(|_| Refusal::invalid("SerializationException", "the body is not JSON"))?;
    let of = |member: &str| body[member].as_str();
    let rules = schedules(call);
    let named = |name: Option<&str>| {
        let unknown = || {
            let message = format!("Rule {} does not exist on EventBus default.", name.unwrap_or_default());
            Refusal::invalid("ResourceNotFoundException", message)
        };
        rules.iter().find(|rule| Some(rule.name.as_str()) == name).ok_or_else(unknown)
    };
    if of("EventBusName").is_some_and(|bus| bus != "default" && !bus.ends_with(":event-bus/default")) {
        return Err(Refusal::invalid("ResourceNotFoundException", "There is no event bus but default."));
    }
    let name = of(if operation == "ListTargetsByRule" { "Rule" } else { "Name" });
    let resource = if operation == "ListRules" { "*".to_owned() } else { arn(call, name.unwrap_or_default()) };
    call.needs(&format!("events:{operation}"), resource)?;
    Ok(protocol::json(&match operation {
        "DescribeRule" => described(call, named(name)?),
        "ListTargetsByRule" => json!({"Targets": [target(named(name)?)]}),
        _ => {
            let prefix = of("NamePrefix").unwrap_or_default();
            let rules = rules.iter().filter(|rule| rule.name.starts_with(prefix));
            json!({"Rules": rules.map(|rule| described(call, rule)).collect::<Vec<_>>()})
        }
    }))
}

/// A schedule, as the rule that SAM makes of it.
struct Rule<'a> {
    /// The function's name and the event's, as SAM joins their logical ids.
    name: String,
    function: &'a Function,
    schedule: &'a ScheduleSource,
}

fn schedules<'a>(call: &Call<'a>) -> Vec<Rule<'a>> {
    let functions = call.stack.system.functions.values();
    let rules = functions.flat_map(|function| {
        function.sources.iter().filter_map(move |source| match source {
            EventSource::Schedule(schedule) => {
                Some(Rule { name: format!("{}{}", function.name, schedule.id), function, schedule })
            }
            _ => None,
        })
    });
    let mut rules: Vec<_> = rules.collect();
    rules.sort_by(|one, other| one.name.cmp(&other.name));
    rules
}

fn arn(call: &Call<'_>, rule: &str) -> String {
    format!("arn:aws:events:{}:{ACCOUNT}:rule/{rule}", call.stack.system.region)
}

fn described(call: &Call<'_>, rule: &Rule<'_>) -> Value {
    json!({
        "Name": rule.name,
        "Arn": arn(call, &rule.name),
        "State": if rule.schedule.enabled { "ENABLED" } else { "DISABLED" },
        "ScheduleExpression": rate(rule.schedule.every),
        "EventBusName": "default",
    })
}

fn target(rule: &Rule<'_>) -> Value {
    let mut target = json!({"Id": format!("{}LambdaTarget", rule.name), "Arn": rule.function.arn});
    if let Some(input) = &rule.schedule.input {
        target["Input"] = json!(input);
    }
    target
}

/// A period as a rate expression: in the largest unit that it is a whole number of.
fn rate(every: Duration) -> String {
    let minutes = every.as_secs() / 60;
    let (value, unit) = match minutes {
        _ if minutes.is_multiple_of(24 * 60) => (minutes / (24 * 60), "day"),
        _ if minutes.is_multiple_of(60) => (minutes / 60, "hour"),
        _ => (minutes, "minute"),
    };
    format!("rate({value} {unit}{})", if value == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_told_as_it_is_written() {
        for (minutes, expression) in
            [(1, "rate(1 minute)"), (90, "rate(90 minutes)"), (60, "rate(1 hour)"), (2880, "rate(2 days)")]
        {
            assert_eq!(rate(Duration::from_secs(minutes * 60)), expression);
        }
    }
}
