//! In which states a stack can be updated.

use serde_json::json;

use super::account::Account;

#[apply(e2e)]
#[needs(SamTransform)]
fn a_stack_that_is_at_rest_can_be_updated() {
    for state in ["CREATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"] {
        let mut account = Account::healthy();
        account.state["stack"]["StackStatus"] = json!(state);
        assert_eq!(account.preflight(&["prod"]).status, 0, "{state}");
    }
}

/// A change set that was made for a new stack and never executed: `sam deploy` creates the stack all the same.
#[apply(e2e)]
#[needs(SamTransform)]
fn a_stack_of_a_change_set_alone_does_not_exist_yet() {
    let mut account = Account::healthy();
    account.state["stack"]["StackStatus"] = json!("REVIEW_IN_PROGRESS");
    let found = account.preflight(&["prod"]);
    let first = "stack storefront-prod does not exist yet: this is its first deployment";
    assert_eq!((found.status, found.lines), (0, vec![first.to_owned()]));
}

#[apply(e2e)]
#[needs(SamTransform)]
fn any_other_state_is_a_problem_with_its_command() {
    let delete = "delete-stack --stack-name storefront-prod && aws cloudformation wait stack-delete-complete";
    for (state, command) in [
        ("ROLLBACK_COMPLETE", delete),
        ("ROLLBACK_FAILED", delete),
        ("CREATE_FAILED", delete),
        ("DELETE_FAILED", delete),
        (
            "UPDATE_ROLLBACK_FAILED",
            "continue-update-rollback --stack-name storefront-prod && aws cloudformation wait stack-rollback-complete",
        ),
        (
            "UPDATE_FAILED",
            "rollback-stack --stack-name storefront-prod && aws cloudformation wait stack-rollback-complete",
        ),
        ("CREATE_IN_PROGRESS", "wait stack-create-complete"),
        ("ROLLBACK_IN_PROGRESS", "wait stack-create-complete"),
        ("DELETE_IN_PROGRESS", "wait stack-delete-complete"),
        ("UPDATE_IN_PROGRESS", "wait stack-update-complete"),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "wait stack-update-complete"),
        ("UPDATE_ROLLBACK_IN_PROGRESS", "wait stack-rollback-complete"),
        ("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "wait stack-rollback-complete"),
        ("IMPORT_IN_PROGRESS", "wait stack-import-complete"),
        ("IMPORT_ROLLBACK_FAILED", "describe-stack-events"),
    ] {
        let mut account = Account::healthy();
        account.state["stack"]["StackStatus"] = json!(state);
        let found = account.preflight(&["prod"]);
        assert_eq!((found.status, &*found.summary), (1, "storefront-prod: problems: 1, warnings: 0"), "{state}");
        assert!(found.lines[0].starts_with(&format!("problem: stack storefront-prod is {state}")), "{found:?}");
        let last = format!("    aws cloudformation {command} --stack-name storefront-prod");
        assert_eq!(found.lines.last(), Some(&last), "{state}");
    }
}
