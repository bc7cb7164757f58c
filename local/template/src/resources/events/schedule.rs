//! A `Schedule` or `ScheduleV2` event: rates only. EventBridge: "Setting a schedule pattern".

use std::time::Duration;

use crate::field::{Accepted, Field, optional, or_default};
use crate::model::ScheduleSource;

const RULE: Accepted =
    Accepted { emulated: &["Schedule", "Input", "Enabled", "State"], without_effect: &["Description", "Name"] };

const SCHEDULER: Accepted = Accepted {
    emulated: &["ScheduleExpression", "Input", "State", "FlexibleTimeWindow"],
    without_effect: &[
        "Description",
        "GroupName",
        "KmsKeyArn",
        "Name",
        "OmitName",
        "PermissionsBoundary",
        "RoleArn",
        // A rate doesn't look at the clock.
        "ScheduleExpressionTimezone",
    ],
};

/// A rule of EventBridge.
pub(super) fn schedule(id: &str, properties: &Field<'_>) -> Option<ScheduleSource> {
    properties.only(&RULE);
    let every = properties.need("Schedule").and_then(|field| rate(&field));
    let input = optional(properties.get("Input"), |field| input(&field));
    let enabled = match (properties.get("Enabled"), properties.get("State")) {
        (Some(_), Some(state)) => state.refuse("Enabled and State exclude each other"),
        (Some(enabled), None) => enabled.flag(),
        (None, state) => or_default(state, true, |field| is_enabled(&field)),
    };
    Some(ScheduleSource { id: id.to_owned(), every: every?, input: input?, enabled: enabled? })
}

/// A schedule of EventBridge Scheduler.
pub(super) fn schedule_v2(id: &str, properties: &Field<'_>) -> Option<ScheduleSource> {
    properties.only(&SCHEDULER);
    if let Some(window) = properties.get("FlexibleTimeWindow") {
        window.only(&Accepted { emulated: &["Mode"], without_effect: &[] });
        window.need("Mode").map(|mode| mode.one_of(&["OFF"]));
    }
    let every = properties.need("ScheduleExpression").and_then(|field| rate(&field));
    // Without one, Scheduler sends a notification that differs from a rule's.
    let input = properties.need("Input").and_then(|field| input(&field));
    let enabled = or_default(properties.get("State"), true, |field| is_enabled(&field));
    Some(ScheduleSource { id: id.to_owned(), every: every?, input: Some(input?), enabled: enabled? })
}

fn is_enabled(field: &Field<'_>) -> Option<bool> {
    Some(field.one_of(&["ENABLED", "DISABLED"])? == "ENABLED")
}

fn input(field: &Field<'_>) -> Option<String> {
    let text = field.text()?;
    match serde_json::from_str::<serde_json::Value>(&text) {
        Ok(_) => Some(text),
        Err(error) => field.refuse(format!("is not JSON: {error}")),
    }
}

fn rate(field: &Field<'_>) -> Option<Duration> {
    let text = field.text()?;
    if text.starts_with("cron(") || text.starts_with("at(") {
        return field.refuse(format!("`{text}` isn't emulated on one machine: use rate(…)"));
    }
    period(&text)
        .or_else(|| field.refuse(format!("`{text}` is not a rate: write rate(5 minutes), rate(1 hour), rate(2 days)")))
}

/// The unit is in the singular for 1 only: EventBridge refuses `rate(1 minutes)`.
fn period(text: &str) -> Option<Duration> {
    let (value, unit) = text.strip_prefix("rate(")?.strip_suffix(')')?.split_once(' ')?;
    let value: u64 = value.parse().ok().filter(|_| value.bytes().all(|byte| byte.is_ascii_digit()))?;
    let seconds = match (value, unit.trim()) {
        (1, "minute") | (2.., "minutes") => 60,
        (1, "hour") | (2.., "hours") => 3_600,
        (1, "day") | (2.., "days") => 86_400,
        _ => return None,
    };
    Some(Duration::from_secs(value.checked_mul(seconds)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_minutes_hours_and_days() {
        assert_eq!(period("rate(1 minute)"), Some(Duration::from_secs(60)));
        assert_eq!(period("rate(5 minutes)"), Some(Duration::from_secs(300)));
        assert_eq!(period("rate(1 hour)"), Some(Duration::from_secs(3_600)));
        assert_eq!(period("rate(2 days)"), Some(Duration::from_secs(172_800)));
    }

    #[test]
    fn what_eventbridge_refuses_is_no_rate() {
        let wrong = [
            "rate(1 minutes)",
            "rate(5 minute)",
            "rate(0 minutes)",
            "rate(-1 day)",
            "rate(5 seconds)",
            "5 minutes",
            "rate(+5 minutes)",
        ];
        for text in wrong {
            assert_eq!(period(text), None, "{text}");
        }
    }
}
