//! `Auth` of an API: Lambda `TOKEN` authorizers. AWS SAM: "ApiAuth", "LambdaTokenAuthorizer".

use std::collections::BTreeMap;
use std::time::Duration;

use crate::field::{Accepted, Field, optional, or_default};
use crate::model::Authorizer;
use crate::pattern;
use crate::stack::Scope;

const AUTH: Accepted = Accepted {
    emulated: &["DefaultAuthorizer", "Authorizers", "AddDefaultAuthorizerToCorsPreflight"],
    without_effect: &["AddApiKeyRequiredToCorsPreflight"],
};

const AUTHORIZER: Accepted = Accepted {
    emulated: &["FunctionArn", "FunctionPayloadType", "Identity"],
    without_effect: &["DisableFunctionDefaultPermissions", "FunctionInvokeRole"],
};

const IDENTITY: Accepted =
    Accepted { emulated: &["Header", "ValidationExpression", "ReauthorizeEvery"], without_effect: &[] };

/// The authorizers, and the one that guards a route that names none.
#[derive(Debug, Default)]
pub(crate) struct Guards {
    pub(super) names: Vec<String>,
    pub(super) default: Option<String>,
    /// Whether the default guards `OPTIONS`, too.
    pub(super) preflight: bool,
}

impl Guards {
    pub(super) fn guards_preflights(&self) -> bool {
        self.default.is_some() && self.preflight
    }
}

pub(super) fn guards(auth: &Field<'_>) -> Guards {
    auth.only(&AUTH);
    let authorizers = auth.get("Authorizers").and_then(|field| field.entries()).unwrap_or_default();
    let names: Vec<String> = authorizers.into_iter().map(|(name, _)| name.to_owned()).collect();
    let default = auth.get("DefaultAuthorizer").and_then(|field| match field.text()? {
        name if names.contains(&name) => Some(name),
        name => field.refuse(format!("`{name}` is none of the Authorizers")),
    });
    let preflight = auth.get("AddDefaultAuthorizerToCorsPreflight").and_then(|field| field.flag());
    Guards { names, default, preflight: preflight.unwrap_or(true) }
}

pub(super) fn authorizers(scope: &Scope<'_>, auth: &Field<'_>) -> Option<BTreeMap<String, Authorizer>> {
    let entries = auth.get("Authorizers").and_then(|field| field.entries()).unwrap_or_default();
    let authorizers = entries.into_iter().map(|(name, field)| Some((name.to_owned(), authorizer(scope, &field)?)));
    authorizers.collect::<Vec<_>>().into_iter().collect()
}

fn authorizer(scope: &Scope<'_>, field: &Field<'_>) -> Option<Authorizer> {
    field.only(&AUTHORIZER);
    if let Some(kind) = field.get("FunctionPayloadType") {
        kind.one_of(&["TOKEN"]);
    }
    let function = field.need("FunctionArn").and_then(|arn| scope.function(&arn));
    let identity = field.get("Identity");
    if let Some(identity) = &identity {
        identity.only(&IDENTITY);
    }
    let part = |key| identity.as_ref().and_then(|identity| identity.get(key));
    let header = or_default(part("Header"), "Authorization".to_owned(), |field| field.text());
    let validation = optional(part("ValidationExpression"), |field| expression(&field));
    let ttl = or_default(part("ReauthorizeEvery"), Duration::from_secs(300), |field| field.seconds(0..=3_600));
    Some(Authorizer { function: function?.id.clone(), header: header?, validation: validation?, ttl: ttl? })
}

fn expression(field: &Field<'_>) -> Option<String> {
    let text = field.text()?;
    match pattern::whole(&text) {
        Ok(_) => Some(text),
        Err(problem) => field.refuse(problem),
    }
}
