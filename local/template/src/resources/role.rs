//! `AWS::IAM::Role`, where it is a function's: the statements of its own policies and of the managed ones it names.

mod actions;
mod attached;
mod document;
mod generated;

pub(crate) use attached::check_attached;
pub(super) use generated::generated;

use crate::error::Place;
use crate::field::{Accepted, Field, optional};
use crate::model::{Role, Statement};
use crate::stack::{Resource, Scope};

use attached::named_policies;
use document::{all, permissions};
pub(super) use document::{check_actions, trusts_lambda};

const PROPERTIES: Accepted = Accepted {
    emulated: &["RoleName", "AssumeRolePolicyDocument", "ManagedPolicyArns", "Policies"],
    without_effect: &["Description", "MaxSessionDuration", "Path", "Tags"],
};

const POLICY: Accepted = Accepted { emulated: &["PolicyName", "PolicyDocument"], without_effect: &[] };

/// Reads a function's role.
pub(super) fn role(scope: &Scope<'_>, resource: &Resource) -> Option<Role> {
    let value = scope.resolve(&resource.properties, &Place::new(&resource.id));
    let properties = Field::new(scope.report, Place::new(&resource.id), &value);
    properties.only(&PROPERTIES);
    let name = optional(properties.get("RoleName"), |field| field.name("_+=,.@-", 64));
    let trusts = properties.need("AssumeRolePolicyDocument").and_then(|field| trusts_lambda(&field));
    let managed = optional(properties.get("ManagedPolicyArns"), |field| named_policies(scope, &field));
    let inline = optional(properties.get("Policies"), |field| inline_policies(&field));
    trusts?;
    let statements = [managed?.unwrap_or_default(), inline?.unwrap_or_default()].concat();
    Some(Role { name: name?.unwrap_or_else(|| resource.id.clone()), statements })
}

/// Reads the statements of the inline policies, in their order.
fn inline_policies(field: &Field<'_>) -> Option<Vec<Statement>> {
    let policies = all(field.items()?, |policy| {
        policy.only(&POLICY);
        let name = policy.need("PolicyName").and_then(|field| field.text());
        let statements = policy.need("PolicyDocument").and_then(|field| permissions(&field));
        name?;
        statements
    });
    Some(policies?.concat())
}

#[cfg(test)]
mod tests;
