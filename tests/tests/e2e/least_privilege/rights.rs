//! What roles allow, one action on one resource at a time.

use std::collections::BTreeSet;

use local_template::{Effect, Function, Statement, System};

/// A function may do something to something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Right {
    /// The function's name.
    pub(super) function: String,
    /// `dynamodb:GetItem`
    pub(super) action: String,
    /// An ARN.
    pub(super) resource: String,
}

/// The rights of all functions, but for logs and traces. A wildcard stays what it is: nobody uses all of it.
pub(super) fn given(system: &System) -> BTreeSet<Right> {
    let mut rights = BTreeSet::new();
    for function in system.functions.values() {
        for Statement { effect, actions, resources } in &function.role.statements {
            if *effect == Effect::Deny || is_telemetry(actions) {
                continue;
            }
            for (action, resource) in actions.iter().flat_map(|action| resources.iter().map(move |on| (action, on))) {
                let right =
                    Right { function: function.name.clone(), action: action.clone(), resource: resource.clone() };
                assert!(rights.insert(right), "{}: {action} on {resource} is allowed twice", function.name);
            }
        }
    }
    rights
}

/// The statements about logs and traces, which Lambda writes by itself: no call of them is ever seen.
pub(super) fn of_telemetry(function: &Function) -> Vec<&Statement> {
    function.role.statements.iter().filter(|statement| is_telemetry(&statement.actions)).collect()
}

fn is_telemetry(actions: &[String]) -> bool {
    actions.iter().all(|action| action.starts_with("logs:") || action.starts_with("xray:"))
}
