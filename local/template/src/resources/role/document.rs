//! Policy documents. IAM User Guide: "IAM JSON policy elements reference".
//!
//! Every element of a policy that isn't emulated is refused: passing over one would make the role allow more here than
//! on AWS, or less.

use super::actions;
use crate::field::{Accepted, Field};
use crate::model::{Effect, Statement};

const DOCUMENT: Accepted = Accepted { emulated: &["Version", "Statement"], without_effect: &["Id"] };

const STATEMENT: Accepted = Accepted { emulated: &["Effect", "Action", "Resource"], without_effect: &["Sid"] };

const TRUST: Accepted = Accepted { emulated: &["Effect", "Principal", "Action"], without_effect: &["Sid"] };

/// The principal that assumes the role of a function.
const LAMBDA: &str = "lambda.amazonaws.com";

/// Reads the statements of a permissions policy.
pub(super) fn permissions(document: &Field<'_>) -> Option<Vec<Statement>> {
    all(statements(document)?, statement)
}

/// Checks that Lambda may assume the role, which it needs to accept the function. Lambda: "Defining Lambda function
/// permissions with an execution role".
pub(in crate::resources) fn trusts_lambda(document: &Field<'_>) -> Option<()> {
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
    if trusts { Some(()) } else { document.refuse(format!("does not let {LAMBDA} assume the role (sts:AssumeRole)")) }
}

/// The statements of a document: a list, or one without a list around it.
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

/// Warns of actions that IAM does not know, in a policy whose effect is not emulated.
pub(in crate::resources) fn check_actions(document: &Field<'_>) {
    let statements = document.get("Statement").map(|statements| statements.one_or_more()).unwrap_or_default();
    for statement in statements {
        let actions = ["Action", "NotAction"].map(|key| statement.get(key));
        for action in actions.into_iter().flatten().flat_map(|actions| actions.one_or_more()) {
            if let Some(oddity) = action.text().as_deref().and_then(actions::oddity) {
                action.warn(oddity);
            }
        }
    }
}

fn action(field: Field<'_>) -> Option<String> {
    let action = field.text()?;
    match action.split_once(':') {
        Some((service, name)) if !service.is_empty() && !name.is_empty() => {
            if let Some(oddity) = actions::oddity(&action) {
                field.warn(oddity);
            }
            Some(action)
        }
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

/// Reads every item of a list to the end, so that one reading notes all problems.
pub(super) fn all<T>(items: Vec<Field<'_>>, read: impl Fn(Field<'_>) -> Option<T>) -> Option<Vec<T>> {
    let items: Vec<_> = items.into_iter().map(read).collect();
    items.into_iter().collect()
}
