//! Policies of queues, tables and streams. What they allow matters to no one here, as the only principals are functions of the
//! same account, whose roles say what they may do; what they deny would. IAM User Guide: "Policy evaluation logic".

use super::role::check_actions;
use crate::field::Field;

/// Warns of misspelt actions, and refuses statements that deny, but the one that denies calls without TLS, which AWS's SDKs never make.
pub(super) fn check(document: &Field<'_>) {
    check_actions(document);
    let Some(statements) = document.need("Statement") else { return };
    for statement in statements.one_or_more() {
        let effect = statement.need("Effect").and_then(|effect| effect.one_of(&["Allow", "Deny"]));
        if effect == Some("Deny") && !only_without_tls(&statement) {
            statement
                .note("a resource's policy that denies isn't emulated on one machine: deny it in the functions' roles");
        }
    }
}

fn only_without_tls(statement: &Field<'_>) -> bool {
    let condition = statement.get("Condition").and_then(|condition| condition.get("Bool"));
    let secure = condition.and_then(|condition| condition.get("aws:SecureTransport"));
    secure.and_then(|secure| secure.flag()) == Some(false)
}
