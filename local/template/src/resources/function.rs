//! `AWS::Serverless::Function`. AWS SAM: "AWS::Serverless::Function"; Lambda: "CreateFunction".

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;

use super::api::Routes;
use super::events::events;
use super::role;
use crate::error::Place;
use crate::field::{Accepted, Field, optional, or_default};
use crate::model::{EventInvoke, Function, Queue};
use crate::stack::{LOG_GROUP, ROLE, Resource, Scope};

const PROPERTIES: Accepted = Accepted {
    emulated: &[
        "FunctionName",
        "Runtime",
        "PackageType",
        "MemorySize",
        "Timeout",
        "Environment",
        "ReservedConcurrentExecutions",
        "EventInvokeConfig",
        "AutoPublishAlias",
        // Its log group. How lines look is up to the function here.
        "LoggingConfig",
        "Events",
        "Role",
        // Only that it trusts Lambda, as the role that SAM makes has to.
        "AssumeRolePolicyDocument",
        // Only to say what to do instead.
        "Policies",
    ],
    without_effect: &[
        "Architectures",
        "AutoPublishAliasAllProperties",
        "AutoPublishCodeSha256",
        "CodeSigningConfigArn",
        // What is built is the cargo target in `Metadata`, wherever it is.
        "CodeUri",
        "DeploymentPreference",
        "Description",
        "EphemeralStorage",
        "Handler",
        "KmsKeyArn",
        "PropagateTags",
        "ProvisionedConcurrencyConfig",
        "RecursiveLoop",
        "RolePath",
        "RuntimeManagementConfig",
        "SourceKMSKeyArn",
        "Tags",
        "Tracing",
        "VersionDeletionPolicy",
        "VersionDescription",
    ],
};

/// Lambda: "Lambda quotas", environment variables of a function.
const MOST_ENVIRONMENT: usize = 4096;

/// Variables that Lambda sets itself and refuses to be given. Lambda: "Defined runtime environment variables".
const RESERVED: [&str; 18] = [
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_LAMBDA_RUNTIME_API",
    "LAMBDA_TASK_ROOT",
    "LAMBDA_RUNTIME_DIR",
];

/// Reads a function; its `Api` events become `routes`.
pub(crate) fn function(
    scope: &Scope<'_>,
    resource: &Resource,
    queues: &BTreeMap<String, Queue>,
    routes: &mut Routes<'_>,
) -> Option<Function> {
    let place = Place::new(&resource.id);
    let value = scope.resolve(&resource.properties, &place);
    let properties = Field::new(scope.report, place.clone(), &value);
    properties.only(&PROPERTIES);
    if let Some(runtime) = properties.need("Runtime") {
        runtime.one_of(&["provided.al2023", "provided.al2"]);
    }
    if let Some(package) = properties.get("PackageType") {
        package.one_of(&["Zip"]);
    }
    let name = optional(properties.get("FunctionName"), |field| field.name("-_", 64));
    let alias = optional(properties.get("AutoPublishAlias"), |field| field.name("-_", 128));
    let binary = binary(scope, resource);
    let memory_mb = or_default(properties.get("MemorySize"), 128, |field| field.whole(128..=10_240));
    let timeout = or_default(properties.get("Timeout"), Duration::from_secs(3), |field| field.seconds(1..=900));
    let environment = or_default(properties.get("Environment"), BTreeMap::new(), |field| environment(&field));
    let reserved_concurrency =
        optional(properties.get("ReservedConcurrentExecutions"), |field| field.whole(0..=100_000));
    let event_invoke =
        or_default(properties.get("EventInvokeConfig"), EventInvoke::default(), |field| event_invoke(&field));
    let sources = or_default(properties.get("Events"), Vec::new(), |field| {
        events(scope, &resource.id, &field, timeout, queues, routes)
    });
    let role = match properties.get("Role") {
        Some(field) => scope.named(&field, ROLE, "Arn").and_then(|resource| role::role(scope, resource)),
        None => sources.as_ref().map(|sources| role::generated(&resource.id, sources)),
    };
    if let (Some(trust), None) = (properties.get("AssumeRolePolicyDocument"), properties.get("Role")) {
        role::trusts_lambda(&trust);
    }
    if let Some(policies) = properties.get("Policies") {
        policies.note("`Policies` isn't emulated on one machine: write an AWS::IAM::Role and name it as `Role`");
    }
    let log_group = optional(properties.get("LoggingConfig"), |field| log_group(&field));
    let name = name?.unwrap_or_else(|| resource.id.clone());
    let named_group = log_group?.flatten();
    let own_group = format!("/aws/lambda/{name}");
    Some(Function {
        line: resource.mark.line,
        makes_log_group: named_group.is_none() && !scope.has(LOG_GROUP, &own_group),
        log_group: named_group.unwrap_or(own_group),
        name,
        arn: scope.own(resource, "Arn")?,
        alias: alias?,
        binary: binary?,
        memory_mb: memory_mb?,
        timeout: timeout?,
        environment: environment?,
        reserved_concurrency: reserved_concurrency?,
        event_invoke: event_invoke?,
        role: role?,
        sources: sources?,
    })
}

/// The cargo target. AWS SAM CLI: "Building Rust Lambda functions with Cargo Lambda".
fn binary(scope: &Scope<'_>, resource: &Resource) -> Option<String> {
    const HOW: &str = "needs `Metadata: {BuildMethod: rust-cargolambda, BuildProperties: {Binary: its-cargo-binary}}`";
    let place = Place::new(&resource.id);
    let Some(node) = &resource.metadata else {
        scope.report.note(resource.mark, &place, HOW);
        return None;
    };
    let value = scope.resolve(node, &place.key("Metadata"));
    let metadata = Field::new(scope.report, place.key("Metadata"), &value);
    let Some(method) = metadata.get("BuildMethod") else { return metadata.refuse(HOW) };
    let method = method.one_of(&["rust-cargolambda"]);
    let properties = metadata.get("BuildProperties");
    if let Some(properties) = &properties {
        properties.only(&Accepted { emulated: &["Binary"], without_effect: &[] });
    }
    match properties.and_then(|properties| properties.get("Binary")) {
        Some(binary) => binary.text().filter(|_| method.is_some()),
        None if method.is_none() => None,
        None => metadata.refuse(HOW),
    }
}

/// `LoggingConfig`: the log group, if it names one.
fn log_group(field: &Field<'_>) -> Option<Option<String>> {
    field.only(&Accepted {
        emulated: &["LogGroup"],
        without_effect: &["ApplicationLogLevel", "LogFormat", "SystemLogLevel"],
    });
    optional(field.get("LogGroup"), |field| field.text())
}

/// `EventInvokeConfig`. What is given up goes nowhere here, so a destination for it is refused.
fn event_invoke(field: &Field<'_>) -> Option<EventInvoke> {
    field.only(&Accepted { emulated: &["MaximumRetryAttempts", "MaximumEventAgeInSeconds"], without_effect: &[] });
    let default = EventInvoke::default();
    let maximum_retry_attempts =
        or_default(field.get("MaximumRetryAttempts"), default.maximum_retry_attempts, |field| field.whole(0..=2));
    let maximum_event_age = or_default(field.get("MaximumEventAgeInSeconds"), default.maximum_event_age, |field| {
        field.seconds(60..=21_600)
    });
    Some(EventInvoke { maximum_retry_attempts: maximum_retry_attempts?, maximum_event_age: maximum_event_age? })
}

fn environment(field: &Field<'_>) -> Option<BTreeMap<String, String>> {
    field.only(&Accepted { emulated: &["Variables"], without_effect: &[] });
    let Some(measured) = field.get("Variables") else { return Some(BTreeMap::new()) };
    let variables = measured.entries()?.into_iter().map(|(name, value)| {
        let letters = name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.len() > 1;
        if RESERVED.contains(&name) {
            return value.refuse("Lambda sets this variable itself and refuses to be given it");
        }
        if !letters || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return value.refuse("the name of a variable is a letter, then at least one letter, digit or `_`");
        }
        Some((name.to_owned(), value.text()?))
    });
    let variables: BTreeMap<String, String> = variables.collect::<Vec<_>>().into_iter().collect::<Option<_>>()?;
    // What Lambda measures is the JSON of them all, in UTF-8.
    let bytes = json!(variables).to_string().len();
    if bytes > MOST_ENVIRONMENT {
        return measured.refuse(format!(
            "a function's variables are {MOST_ENVIRONMENT} bytes at most, as JSON: these are {bytes}"
        ));
    }
    Some(variables)
}

#[cfg(test)]
mod tests;
