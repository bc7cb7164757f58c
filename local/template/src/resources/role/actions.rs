//! Actions that IAM does not know. It takes them, as it may learn of them one day; until then a policy that names one allows or
//! denies nothing by it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use crate::pattern;

static SERVICES: LazyLock<BTreeSet<&str>> =
    LazyLock::new(|| lines(include_str!("actions/services.txt")).flat_map(str::split_whitespace).collect());

/// By service.
static ACTIONS: LazyLock<BTreeMap<&str, Vec<&str>>> = LazyLock::new(|| {
    let services = lines(include_str!("actions/actions.txt")).filter_map(|line| line.split_once(": "));
    services.map(|(service, actions)| (service, actions.split_whitespace().collect())).collect()
});

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.starts_with('#'))
}

/// What is odd about an action of a policy (`dynamodb:Get*`).
pub(super) fn oddity(action: &str) -> Option<String> {
    let (service, name) = action.split_once(':').filter(|(service, name)| !service.is_empty() && !name.is_empty())?;
    let service = service.to_ascii_lowercase();
    if !SERVICES.contains(service.as_str()) {
        let meant = meant(&service, SERVICES.iter().copied(), "");
        return Some(format!("no service of AWS has the prefix `{service}`{meant}"));
    }
    let known = ACTIONS.get(service.as_str())?;
    let pattern = regex::escape(&name.to_ascii_lowercase()).replace(r"\*", ".*").replace(r"\?", ".");
    let pattern = pattern::whole(&pattern).ok()?;
    if known.iter().any(|action| pattern.is_match(&action.to_ascii_lowercase())) {
        return None;
    }
    if name.contains(['*', '?']) {
        return Some(format!("`{action}` matches no action of {service}"));
    }
    let meant = meant(name, known.iter().copied(), &format!("{service}:"));
    Some(format!("{service} has no action `{name}`{meant}"))
}

/// Asks for the word that few changes make of another, if there is one.
fn meant<'a>(word: &str, words: impl Iterator<Item = &'a str>, prefix: &str) -> String {
    let word = word.to_ascii_lowercase();
    let nearest = words.map(|other| (strsim::levenshtein(&word, &other.to_ascii_lowercase()), other)).min();
    let nearest = nearest.filter(|(changes, _)| 2 * changes <= word.len());
    nearest.map(|(_, other)| format!(": is `{prefix}{other}` meant?")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::oddity;

    #[test]
    fn what_iam_knows_is_not_odd() {
        for action in [
            "*",
            "dynamodb:*",
            "dynamodb:GetItem",
            "DynamoDB:getitem",
            "dynamodb:Get*",
            "dynamodb:?etItem",
            "dynamodb:PartiQLSelect",
            "sqs:SendMessage",
            "lambda:InvokeFunction",
            "logs:PutLogEvents",
            "xray:PutTraceSegments",
            // A service whose actions are not listed.
            "s3:GetObjekt",
        ] {
            assert_eq!(oddity(action), None, "{action}");
        }
    }

    #[test]
    fn a_misspelt_action_is_told_with_the_nearest_one() {
        for (action, told) in [
            ("dynamodb:DeleteItems", "dynamodb has no action `DeleteItems`: is `dynamodb:DeleteItem` meant?"),
            (
                "dynamodb:TransactWriteItem",
                "dynamodb has no action `TransactWriteItem`: is `dynamodb:BatchWriteItem` meant?",
            ),
            ("sqs:Fetch", "sqs has no action `Fetch`"),
            ("x:Get", "no service of AWS has the prefix `x`"),
            ("sqs:Send_Message", "sqs has no action `Send_Message`: is `sqs:SendMessage` meant?"),
            ("dynamodb:Fetch*", "`dynamodb:Fetch*` matches no action of dynamodb"),
            ("dynamo:GetItem", "no service of AWS has the prefix `dynamo`: is `dynamodb` meant?"),
            ("SQSS:SendMessage", "no service of AWS has the prefix `sqss`: is `sqs` meant?"),
        ] {
            assert_eq!(oddity(action).as_deref(), Some(told), "{action}");
        }
    }
}
