//! The section `Rules`: what parameters may be together. CloudFormation: "Rules".

use super::conditions::Evaluation;
use super::scope::Scope;
use crate::error::Place;
use crate::tree::Node;

/// Notes every assertion that does not hold.
pub(crate) fn rules(section: Option<&Node>, conditions: Option<&Node>, scope: &Scope<'_>) {
    let evaluation = Evaluation::new(conditions, scope);
    for rule in section.and_then(Node::map).unwrap_or_default() {
        let place = Place::new("Rules").key(&rule.key);
        for key in rule.value.map().unwrap_or_default() {
            if !["RuleCondition", "Assertions"].contains(&key.key.as_str()) {
                scope.report.note(key.mark, &place, format!("a rule has no `{}`", key.key));
            }
        }
        let applies = match rule.value.get("RuleCondition") {
            Some(node) => evaluation.truth(node, &place, &[]).unwrap_or(false),
            None => true,
        };
        let Some(assertions) = rule.value.get("Assertions").and_then(Node::list) else {
            scope.report.note(rule.mark, &place, "needs `Assertions`, a list");
            continue;
        };
        for assertion in assertions {
            let Some(node) = assertion.get("Assert") else {
                scope.report.note(assertion.mark, &place, "needs `Assert`");
                continue;
            };
            if evaluation.truth(node, &place, &[]) == Some(false) && applies {
                let described = assertion.get("AssertDescription").and_then(Node::text);
                let message = described.unwrap_or("the parameters don't satisfy this assertion");
                scope.report.note(assertion.mark, &place, message);
            }
        }
    }
}

#[cfg(test)]
mod tests;
