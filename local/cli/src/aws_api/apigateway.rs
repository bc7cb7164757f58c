//! Amazon API Gateway: the REST API of the template, described. API Gateway API Reference (V1).

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{Method, Response, StatusCode};
use local_template::{Api, Route};
use serde_json::{Value, json};

use super::call::Call;
use super::protocol;
use super::refusal::Refusal;

const EMULATED: [&str; 4] = ["GetRestApis", "GetRestApi", "GetStages", "GetResources"];

/// Answers a request for API Gateway.
pub fn answer(call: &Call<'_>) -> Result<Response<Bytes>, Refusal> {
    let path = call.path();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    if call.request.method() != Method::GET || path.first() != Some(&"restapis") {
        return Err(call.not_emulated(&format!("{} /{}", call.request.method(), path.join("/")), &EMULATED));
    }
    call.needs("apigateway:GET", format!("arn:aws:apigateway:{}::/{}", call.stack.system.region, path.join("/")))?;
    let api = call.stack.system.api.as_ref();
    let named = |id: &str| {
        let unknown = || Refusal::new(StatusCode::NOT_FOUND, "NotFoundException", "Invalid API identifier specified");
        api.filter(|api| api.id == id).ok_or_else(unknown)
    };
    let items = |items: Vec<Value>| if items.is_empty() { json!({}) } else { json!({"item": items}) };
    let answer = match path[1..] {
        [] => items(api.map(|api| rest_api(call, api)).into_iter().collect()),
        [id] => rest_api(call, named(id)?),
        [id, "stages"] => items(vec![stage(call, named(id)?)]),
        [id, "resources"] => items(resources(named(id)?)),
        _ => return Err(call.not_emulated(&format!("GET /{}", path.join("/")), &EMULATED)),
    };
    Ok(protocol::json(&answer))
}

fn rest_api(call: &Call<'_>, api: &Api) -> Value {
    json!({
        "id": api.id,
        "name": api.id,
        "createdDate": call.stack.started_seconds(),
        "apiKeySource": "HEADER",
        "binaryMediaTypes": api.binary_media_types,
        "endpointConfiguration": {"types": ["EDGE"]},
        "disableExecuteApiEndpoint": false,
    })
}

fn stage(call: &Call<'_>, api: &Api) -> Value {
    json!({
        "stageName": api.stage,
        "deploymentId": "local",
        "createdDate": call.stack.started_seconds(),
        "lastUpdatedDate": call.stack.started_seconds(),
    })
}

/// The paths that have methods. An id is made of the path, as a path has no other name here.
fn resources(api: &Api) -> Vec<Value> {
    let mut paths: BTreeMap<&str, Vec<&Route>> = BTreeMap::new();
    for route in &api.routes {
        paths.entry(&route.path).or_default().push(route);
    }
    let resource = |(path, routes): (&str, Vec<&Route>)| {
        let methods: serde_json::Map<String, Value> =
            routes.iter().map(|route| (route.method.clone(), json!({"httpMethod": route.method}))).collect();
        json!({
            "id": path.trim_matches('/').replace('/', "."),
            "path": path,
            "pathPart": path.rsplit('/').next(),
            "resourceMethods": methods,
        })
    };
    paths.into_iter().map(resource).collect()
}
