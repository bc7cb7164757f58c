//! `AWS::IAM::ManagedPolicy`: policies that several roles share, each of which names them (`ManagedPolicyArns`).
//!
//! AWS's own managed policies are refused: what they allow is not in the template.

use std::collections::BTreeMap;

use super::document::{all, permissions};
use crate::error::Place;
use crate::field::{Accepted, Field};
use crate::model::{Function, Statement};
use crate::stack::{Catalogue, MANAGED_POLICY, POLICY, Resource, Scope};

const MANAGED: Accepted = Accepted {
    // `Roles` and the like attach the policy from outside the role: see `check_attached`.
    emulated: &["ManagedPolicyName", "PolicyDocument", "Roles"],
    without_effect: &["Description", "Groups", "Path", "Users"],
};

/// Reads the statements of the managed policies that a role names, in their order.
pub(super) fn named_policies(scope: &Scope<'_>, arns: &Field<'_>) -> Option<Vec<Statement>> {
    let policies = all(arns.items()?, |arn| managed_policy(scope, scope.named(&arn, MANAGED_POLICY, "PolicyArn")?))?;
    Some(policies.concat())
}

fn managed_policy(scope: &Scope<'_>, resource: &Resource) -> Option<Vec<Statement>> {
    let place = Place::new(&resource.id);
    let value = scope.resolve(&resource.properties, &place);
    let properties = Field::new(scope.report, place, &value);
    properties.only(&MANAGED);
    permissions(&properties.need("PolicyDocument")?)
}

/// Refuses policies that attach themselves to a function's role.
pub(crate) fn check_attached(scope: &Scope<'_>, catalogue: &Catalogue, functions: &BTreeMap<String, Function>) {
    for resource in catalogue.of_kind(POLICY).chain(catalogue.of_kind(MANAGED_POLICY)) {
        let value = scope.resolve(&resource.properties, &Place::new(&resource.id));
        let properties = Field::new(scope.report, Place::new(&resource.id), &value);
        for role in properties.get("Roles").map(|roles| roles.one_or_more()).unwrap_or_default() {
            let name = role.text();
            if let Some(function) = functions.values().find(|function| Some(&function.role.name) == name.as_ref()) {
                let message = "isn't emulated on one machine: name the policy in the role's `ManagedPolicyArns`";
                role.note(format!("attaching a policy to the role of `{}` {message}", function.name));
            }
        }
    }
}
