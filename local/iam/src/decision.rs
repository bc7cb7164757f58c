//! Whether the statements of a role allow one action on one resource. IAM User Guide: "Policy evaluation logic".

use local_template::{Effect, Statement};

use crate::pattern::{matches_action, matches_resource};

/// The outcome of evaluating the statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// A statement allows it, and none denies it.
    Allowed,
    /// A statement denies it. That wins over any that allows it.
    ExplicitlyDenied,
    /// No statement applies.
    ImplicitlyDenied,
}

/// Evaluates the statements for an action on a resource.
pub fn decide(statements: &[Statement], action: &str, resource: &str) -> Decision {
    let mut applying = statements.iter().filter(|statement| applies(statement, action, resource)).peekable();
    if applying.peek().is_none() {
        Decision::ImplicitlyDenied
    } else if applying.any(|statement| statement.effect == Effect::Deny) {
        Decision::ExplicitlyDenied
    } else {
        Decision::Allowed
    }
}

fn applies(statement: &Statement, action: &str, resource: &str) -> bool {
    statement.actions.iter().any(|pattern| matches_action(pattern, action))
        && statement.resources.iter().any(|pattern| matches_resource(pattern, resource))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(effect: Effect, actions: &[&str], resources: &[&str]) -> Statement {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Statement { effect, actions: owned(actions), resources: owned(resources) }
    }

    const USERS: &str = "arn:aws:dynamodb:us-east-1:000000000000:table/Users";
    const ORDERS: &str = "arn:aws:dynamodb:us-east-1:000000000000:table/Orders";

    #[test]
    fn what_nothing_allows_is_denied() {
        assert_eq!(decide(&[], "dynamodb:GetItem", USERS), Decision::ImplicitlyDenied);
        let statements = [statement(Effect::Allow, &["dynamodb:GetItem"], &[USERS])];
        assert_eq!(decide(&statements, "dynamodb:GetItem", USERS), Decision::Allowed);
        assert_eq!(decide(&statements, "dynamodb:GetItem", ORDERS), Decision::ImplicitlyDenied);
        assert_eq!(decide(&statements, "dynamodb:PutItem", USERS), Decision::ImplicitlyDenied);
    }

    /// A statement allows its own actions on its own resources only.
    #[test]
    fn rights_of_two_statements_do_not_mix() {
        let statements = [
            statement(Effect::Allow, &["dynamodb:GetItem"], &[USERS]),
            statement(Effect::Allow, &["dynamodb:PutItem", "dynamodb:Query"], &["arn:aws:sqs:r:a:q", ORDERS]),
        ];
        assert_eq!(decide(&statements, "dynamodb:Query", ORDERS), Decision::Allowed);
        assert_eq!(decide(&statements, "dynamodb:PutItem", USERS), Decision::ImplicitlyDenied);
        assert_eq!(decide(&statements, "dynamodb:GetItem", ORDERS), Decision::ImplicitlyDenied);
    }

    #[test]
    fn a_denial_goes_before_every_permission() {
        let allow = statement(Effect::Allow, &["*"], &["*"]);
        let deny = statement(Effect::Deny, &["dynamodb:Delete*"], &[USERS]);
        for statements in [[allow.clone(), deny.clone()], [deny, allow]] {
            assert_eq!(decide(&statements, "dynamodb:DeleteItem", USERS), Decision::ExplicitlyDenied);
            assert_eq!(decide(&statements, "dynamodb:DeleteItem", ORDERS), Decision::Allowed);
            assert_eq!(decide(&statements, "dynamodb:GetItem", USERS), Decision::Allowed);
        }
    }
}
