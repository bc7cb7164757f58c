//! `AWS::IAM::Role`, where it is a function's. IAM User Guide: "IAM JSON policy elements reference".
//!
//! A policy says who may do what, so no element of it is ever passed over: one that isn't emulated would make the
//! role allow more here than it does on AWS, or less.

mod generated;

use std::collections::BTreeMap;

pub(super) use generated::generated;

use crate::error::Place;
use crate::field::{Accepted, Field, optional};
use crate::model::{Effect, Function, Role, Statement};
use crate::stack::{Catalogue, MANAGED_POLICY, POLICY, Resource, Scope};

const PROPERTIES: Accepted = Accepted {
    emulated: &["RoleName", "AssumeRolePolicyDocument", "Policies"],
    without_effect: &["Description", "MaxSessionDuration", "Path", "Tags"],
};

const DOCUMENT: Accepted = Accepted { emulated: &["Version", "Statement"], without_effect: &["Id"] };

const STATEMENT: Accepted = Accepted { emulated: &["Effect", "Action", "Resource"], without_effect: &["Sid"] };

const TRUST: Accepted = Accepted { emulated: &["Effect", "Principal", "Action"], without_effect: &["Sid"] };

/// Who has to be able to take on the role of a function.
const LAMBDA: &str = "lambda.amazonaws.com";

/// Reads a function's role.
pub(super) fn role(scope: &Scope<'_>, resource: &Resource) -> Option<Role> {
    let value = scope.resolve(&resource.properties, &Place::new(&resource.id));
    let properties = Field::new(scope.report, Place::new(&resource.id), &value);
    properties.only(&PROPERTIES);
    let name = optional(properties.get("RoleName"), |field| field.name("_+=,.@-", 64));
    let trusts = properties.need("AssumeRolePolicyDocument").and_then(|field| trusts_lambda(&field));
    let policies = optional(properties.get("Policies"), |field| policies(&field));
    trusts?;
    Some(Role { name: name?.unwrap_or_else(|| resource.id.clone()), statements: policies?.unwrap_or_default() })
}

/// The statements of the inline policies, all together.
fn policies(field: &Field<'_>) -> Option<Vec<Statement>> {
    let policies = field.items()?.into_iter().map(|policy| {
        policy.only(&Accepted { emulated: &["PolicyName", "PolicyDocument"], without_effect: &[] });
        let name = policy.need("PolicyName").and_then(|field| field.text());
        let statements = policy.need("PolicyDocument").and_then(|field| all(statements(&field)?, statement));
        name?;
        statements
    });
    Some(policies.collect::<Vec<_>>().into_iter().collect::<Option<Vec<_>>>()?.concat())
}

/// The statements of a policy document, which may be one without a list around it.
fn statements<'a>(document: &Field<'a>) -> Option<Vec<Field<'a>>> {
    document.only(&DOCUMENT);
    if let Some(version) = document.get("Version") {
        version.one_of(&["2012-10-17", "2008-10-17"]);
    }
    Some(document.need("Statement")?.one_or_more())
}

fn statement(field: Field<'_>) -> Option<Statement> {
    field.only(&STATEMENT);
    let effect = field.need("Effect").and_then(|field| field.one_of(&["Allow", "Deny"]));
    let actions = field.need("Action").and_then(|field| all(field.one_or_more(), action));
    let resources = field.need("Resource").and_then(|field| all(field.one_or_more(), arn));
    let effect = if effect? == "Allow" { Effect::Allow } else { Effect::Deny };
    Some(Statement { effect, actions: actions?, resources: resources? })
}

fn action(field: Field<'_>) -> Option<String> {
    let action = field.text()?;
    match action.split_once(':') {
        Some((service, name)) if !service.is_empty() && !name.is_empty() => Some(action),
        _ if action == "*" => Some(action),
        _ => field.refuse(format!("`{action}` is not an action such as dynamodb:GetItem")),
    }
}

fn arn(field: Field<'_>) -> Option<String> {
    let arn = field.text()?;
    if arn.contains("${") {
        return field.refuse("a policy variable isn't emulated on one machine");
    }
    if arn == "*" || (arn.starts_with("arn:") && arn.matches(':').count() >= 5) {
        return Some(arn);
    }
    field.refuse(format!("`{arn}` is not an ARN, nor `*`"))
}

/// Lambda refuses a role that it can't take on. Lambda: "Defining Lambda function permissions with an execution role".
fn trusts_lambda(document: &Field<'_>) -> Option<()> {
    let says = |field: Option<Field<'_>>, word: &str| {
        field.is_some_and(|field| field.one_or_more().iter().any(|item| item.text().as_deref() == Some(word)))
    };
    let mut trusts = false;
    for statement in statements(document)? {
        statement.only(&TRUST);
        let service = statement.get("Principal").and_then(|principal| principal.get("Service"));
        trusts |= says(statement.get("Effect"), "Allow")
            && says(statement.get("Action"), "sts:AssumeRole")
            && says(service, LAMBDA);
    }
    if trusts { Some(()) } else { document.refuse(format!("does not let {LAMBDA} take on the role (sts:AssumeRole)")) }
}

/// Refuses policies that are attached to a function's role from outside it.
pub(crate) fn check_attached(scope: &Scope<'_>, catalogue: &Catalogue, functions: &BTreeMap<String, Function>) {
    for resource in catalogue.of_kind(POLICY).chain(catalogue.of_kind(MANAGED_POLICY)) {
        let value = scope.resolve(&resource.properties, &Place::new(&resource.id));
        let properties = Field::new(scope.report, Place::new(&resource.id), &value);
        for role in properties.get("Roles").map(|roles| roles.one_or_more()).unwrap_or_default() {
            let name = role.text();
            if let Some(function) = functions.values().find(|function| Some(&function.role.name) == name.as_ref()) {
                let message = "isn't emulated on one machine: write its policy into the role";
                role.note(format!("attaching a policy to the role of `{}` {message}", function.name));
            }
        }
    }
}

/// Every item of a list, read to its end so that all problems are noted.
fn all<T>(items: Vec<Field<'_>>, read: impl Fn(Field<'_>) -> Option<T>) -> Option<Vec<T>> {
    let items: Vec<_> = items.into_iter().map(read).collect();
    items.into_iter().collect()
}

#[cfg(test)]
mod tests;
