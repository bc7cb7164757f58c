//! AWS CloudFormation: the template as the one stack of the account. CloudFormation API Reference. The resources are those of
//! the template; what SAM makes besides (permissions, mappings, deployments) is not listed.

use bytes::Bytes;
use http::Response;
use local_template::{ACCOUNT, Resource};
use serde::Serialize;

use super::call::Call;
use super::query::{self, List};
use super::refusal::Refusal;

const NAMESPACE: &str = "http://cloudformation.amazonaws.com/doc/2010-05-15/";

const EMULATED: [&str; 4] = ["DescribeStacks", "DescribeStackResource", "DescribeStackResources", "ListStackResources"];

/// `AWS::StackName`.
const NAME: &str = "local";

/// The state of the stack, and of each resource.
const STATUS: &str = "CREATE_COMPLETE";

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Stacks {
    stacks: List<Description>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Description {
    stack_id: String,
    stack_name: &'static str,
    creation_time: String,
    stack_status: &'static str,
    outputs: List<Output>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Output {
    output_key: String,
    output_value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Described {
    stack_resources: List<DescribedResource>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct One {
    stack_resource_detail: Detail,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    stack_resource_summaries: List<Detail>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DescribedResource {
    stack_name: &'static str,
    stack_id: String,
    logical_resource_id: String,
    physical_resource_id: String,
    resource_type: &'static str,
    timestamp: String,
    resource_status: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Detail {
    logical_resource_id: String,
    physical_resource_id: String,
    resource_type: &'static str,
    last_updated_timestamp: String,
    resource_status: &'static str,
}

/// Answers a request for CloudFormation.
pub fn answer(call: &Call<'_>) -> Result<Response<Bytes>, Refusal> {
    let operation = call.parameter("Action").unwrap_or_default();
    let operation = operation.as_str();
    if !EMULATED.contains(&operation) {
        return Err(call.not_emulated(operation, &EMULATED));
    }
    call.needs(&format!("cloudformation:{operation}"), stack_id(call))?;
    check_name(call, operation)?;
    let resources = &call.stack.system.resources;
    let wanted = call.parameter("LogicalResourceId");
    let wanted = || resources.iter().filter(|one| wanted.as_ref().is_none_or(|id| one.id == *id)).peekable();
    Ok(match operation {
        "DescribeStacks" => {
            query::answer(NAMESPACE, operation, &Stacks { stacks: [description(call)].into_iter().collect() })
        }
        "ListStackResources" => {
            let stack_resource_summaries = resources.iter().map(|one| detail(call, one)).collect();
            query::answer(NAMESPACE, operation, &Listed { stack_resource_summaries })
        }
        "DescribeStackResources" => {
            let stack_resources = wanted().map(|one| described(call, one)).collect();
            query::answer(NAMESPACE, operation, &Described { stack_resources })
        }
        _ => {
            let one = call.parameter("LogicalResourceId").and_then(|_| wanted().next());
            let unknown = || Refusal::invalid("ValidationError", format!("Resource does not exist for stack {NAME}"));
            let stack_resource_detail = detail(call, one.ok_or_else(unknown)?);
            query::answer(NAMESPACE, operation, &One { stack_resource_detail })
        }
    })
}

/// Refuses a request for another stack, by name or by id.
fn check_name(call: &Call<'_>, operation: &str) -> Result<(), Refusal> {
    match call.parameter("StackName") {
        Some(name) if name == NAME || name == stack_id(call) => Ok(()),
        Some(name) => Err(Refusal::invalid("ValidationError", format!("Stack with id {name} does not exist"))),
        None if operation == "DescribeStacks" => Ok(()),
        None => match (operation, call.parameter("PhysicalResourceId")) {
            ("DescribeStackResources", Some(physical))
                if call.stack.system.resources.iter().any(|one| one.physical_id == physical) =>
            {
                Ok(())
            }
            _ => Err(Refusal::invalid("ValidationError", "StackName is required")),
        },
    }
}

/// `AWS::StackId`.
fn stack_id(call: &Call<'_>) -> String {
    format!("arn:aws:cloudformation:{}:{ACCOUNT}:stack/{NAME}/local", call.stack.system.region)
}

fn description(call: &Call<'_>) -> Description {
    let outputs = call.stack.system.outputs.iter();
    Description {
        stack_id: stack_id(call),
        stack_name: NAME,
        creation_time: call.stack.started(),
        stack_status: STATUS,
        outputs: outputs.map(|(key, value)| Output { output_key: key.clone(), output_value: value.clone() }).collect(),
    }
}

fn described(call: &Call<'_>, resource: &Resource) -> DescribedResource {
    DescribedResource {
        stack_name: NAME,
        stack_id: stack_id(call),
        logical_resource_id: resource.id.clone(),
        physical_resource_id: resource.physical_id.clone(),
        resource_type: deployed(resource.kind),
        timestamp: call.stack.started(),
        resource_status: STATUS,
    }
}

fn detail(call: &Call<'_>, resource: &Resource) -> Detail {
    Detail {
        logical_resource_id: resource.id.clone(),
        physical_resource_id: resource.physical_id.clone(),
        resource_type: deployed(resource.kind),
        last_updated_timestamp: call.stack.started(),
        resource_status: STATUS,
    }
}

/// The type that SAM makes of one of its own. SAM: "Generated CloudFormation resources".
fn deployed(kind: &'static str) -> &'static str {
    match kind {
        "AWS::Serverless::Function" => "AWS::Lambda::Function",
        "AWS::Serverless::Api" => "AWS::ApiGateway::RestApi",
        other => other,
    }
}
