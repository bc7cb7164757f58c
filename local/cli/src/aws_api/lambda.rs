//! AWS Lambda: the functions and their event source mappings, described. Lambda API Reference. Invocations are `local-lambda`'s.

use std::hash::{DefaultHasher, Hash, Hasher};

use bytes::Bytes;
use http::{Method, Response, StatusCode};
use local_template::{ACCOUNT, EventSource, Function};
use serde_json::{Value, json};
use uuid::Uuid;

use super::call::Call;
use super::protocol;
use super::refusal::Refusal;

const EMULATED: [&str; 6] = [
    "Invoke",
    "ListFunctions",
    "GetFunction",
    "GetFunctionConfiguration",
    "ListEventSourceMappings",
    "GetEventSourceMapping",
];

/// Answers a request for Lambda that is no invocation.
pub fn answer(call: &Call<'_>) -> Result<Response<Bytes>, Refusal> {
    let path = call.path();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let region = &call.stack.system.region;
    let answer = match (call.request.method(), path.as_slice()) {
        (&Method::GET, ["2015-03-31", "functions"]) => {
            call.needs("lambda:ListFunctions", "*")?;
            let functions = call.stack.system.functions.values().map(|function| configuration(call, function));
            json!({"Functions": functions.collect::<Vec<_>>()})
        }
        (&Method::GET, ["2015-03-31", "functions", name, rest @ ..]) if matches!(rest, [] | ["configuration"]) => {
            let operation = if rest.is_empty() { "GetFunction" } else { "GetFunctionConfiguration" };
            call.needs(&format!("lambda:{operation}"), function_arn(region, name))?;
            let function = named(call, name)?;
            let configuration = configuration(call, function);
            if rest.is_empty() { with_code(configuration, function) } else { configuration }
        }
        (&Method::GET, ["2015-03-31", "event-source-mappings"]) => {
            call.needs("lambda:ListEventSourceMappings", "*")?;
            json!({"EventSourceMappings": wanted(call)?})
        }
        (&Method::GET, ["2015-03-31", "event-source-mappings", id]) => {
            let arn = format!("arn:aws:lambda:{region}:{ACCOUNT}:event-source-mapping:{id}");
            call.needs("lambda:GetEventSourceMapping", arn)?;
            let unknown = || not_found("The resource you requested does not exist.".to_owned());
            mappings(call).into_iter().find(|mapping| mapping["UUID"] == *id).ok_or_else(unknown)?
        }
        (method, _) => return Err(call.not_emulated(&format!("{method} /{}", path.join("/")), &EMULATED)),
    };
    Ok(protocol::json(&answer))
}

fn not_found(message: String) -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "ResourceNotFoundException", message)
}

fn function_arn(region: &str, name: &str) -> String {
    if name.starts_with("arn:") {
        name.to_owned()
    } else {
        format!("arn:aws:lambda:{region}:{ACCOUNT}:function:{name}")
    }
}

/// A function by name, ARN or logical id, with or without a qualifier: there is one version of each.
fn named<'a>(call: &Call<'a>, name: &str) -> Result<&'a Function, Refusal> {
    let functions = &call.stack.system.functions;
    let is_named = |function: &&Function| {
        let qualifier = [function.name.as_str(), &function.arn].into_iter().find_map(|own| name.strip_prefix(own));
        let aliases = [Some("$LATEST"), function.alias.as_deref()];
        qualifier
            .is_some_and(|rest| rest.is_empty() || rest.strip_prefix(':').is_some_and(|it| aliases.contains(&Some(it))))
    };
    let found = functions.values().find(is_named).or_else(|| functions.get(name));
    found.ok_or_else(|| not_found(format!("Function not found: {}", function_arn(&call.stack.system.region, name))))
}

fn configuration(call: &Call<'_>, function: &Function) -> Value {
    json!({
        "FunctionName": function.name,
        "FunctionArn": function.arn,
        "Runtime": "provided.al2023",
        "Role": format!("arn:aws:iam::{ACCOUNT}:role/{}", function.role.name),
        "Handler": "bootstrap",
        "CodeSize": 0,
        "Description": function.binary,
        "Timeout": function.timeout.as_secs(),
        "MemorySize": function.memory_mb,
        "LastModified": call.stack.started().replace('Z', "+0000"),
        "Version": "$LATEST",
        "Environment": {"Variables": function.environment},
        "TracingConfig": {"Mode": "PassThrough"},
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "PackageType": "Zip",
        "Architectures": [if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" }],
        "EphemeralStorage": {"Size": 512},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": function.log_group},
    })
}

fn with_code(configuration: Value, function: &Function) -> Value {
    let mut answer = json!({"Configuration": configuration, "Code": {"RepositoryType": "S3"}});
    if let Some(reserved) = function.reserved_concurrency {
        answer["Concurrency"] = json!({"ReservedConcurrentExecutions": reserved});
    }
    answer
}

/// The mappings that the query of the URL asks for.
fn wanted(call: &Call<'_>) -> Result<Vec<Value>, Refusal> {
    let arn = match call.parameter("FunctionName") {
        Some(name) => Some(named(call, &name)?.arn.clone()),
        None => None,
    };
    let source = call.parameter("EventSourceArn");
    let is_wanted = |mapping: &Value| {
        arn.as_ref().is_none_or(|arn| mapping["FunctionArn"] == **arn)
            && source.as_ref().is_none_or(|source| mapping["EventSourceArn"] == **source)
    };
    Ok(mappings(call).into_iter().filter(is_wanted).collect())
}

fn mappings(call: &Call<'_>) -> Vec<Value> {
    let functions = call.stack.system.functions.values();
    let all = functions.flat_map(|function| function.sources.iter().map(move |source| (function, source)));
    all.filter_map(|(function, source)| mapping(call, function, source)).collect()
}

fn mapping(call: &Call<'_>, function: &Function, source: &EventSource) -> Option<Value> {
    let (id, enabled, mut mapping) = match source {
        EventSource::Stream(stream) => {
            let table = call.stack.system.tables.values().find(|table| table.name == stream.table)?;
            let mapping = json!({
                "EventSourceArn": table.stream_arn(),
                "BatchSize": stream.batch_size,
                "MaximumBatchingWindowInSeconds": stream.batch_window.as_secs(),
                "StartingPosition": if stream.from_start { "TRIM_HORIZON" } else { "LATEST" },
                "MaximumRetryAttempts": stream.maximum_retry_attempts.map_or(-1, i64::from),
                "MaximumRecordAgeInSeconds": stream.maximum_record_age.map_or(-1, |age| age.as_secs().cast_signed()),
                "BisectBatchOnFunctionError": stream.bisect,
                "FunctionResponseTypes": response_types(stream.report_batch_item_failures),
                "DestinationConfig": {"OnFailure": stream.on_failure.as_ref().map_or(json!({}), |arn| json!({"Destination": arn}))},
                "FilterCriteria": filters(&stream.filters),
            });
            (&stream.id, stream.enabled, mapping)
        }
        EventSource::Queue(queue) => {
            let mut mapping = json!({
                "EventSourceArn": queue.queue,
                "BatchSize": queue.batch_size,
                "MaximumBatchingWindowInSeconds": queue.batch_window.as_secs(),
                "FunctionResponseTypes": response_types(queue.report_batch_item_failures),
                "FilterCriteria": filters(&queue.filters),
            });
            if let Some(most) = queue.maximum_concurrency {
                mapping["ScalingConfig"] = json!({"MaximumConcurrency": most});
            }
            (&queue.id, queue.enabled, mapping)
        }
        EventSource::Schedule(_) => return None,
    };
    mapping["UUID"] = json!(uuid(&function.name, id).to_string());
    mapping["FunctionArn"] = json!(function.arn);
    mapping["State"] = json!(if enabled { "Enabled" } else { "Disabled" });
    mapping["StateTransitionReason"] = json!("USER_INITIATED");
    mapping["LastModified"] = json!(call.stack.started_seconds());
    Some(mapping)
}

fn response_types(reports: bool) -> &'static [&'static str] {
    if reports { &["ReportBatchItemFailures"] } else { &[] }
}

fn filters(patterns: &[Value]) -> Value {
    if patterns.is_empty() {
        return Value::Null;
    }
    json!({"Filters": patterns.iter().map(|pattern| json!({"Pattern": pattern.to_string()})).collect::<Vec<_>>()})
}

/// The id of a mapping, the same at each start: made of the function's name and the event's.
fn uuid(function: &str, event: &str) -> Uuid {
    let hash = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        (salt, function, event).hash(&mut hasher);
        hasher.finish()
    };
    Uuid::new_v8((u128::from(hash(0)) << 64 | u128::from(hash(1))).to_be_bytes())
}
