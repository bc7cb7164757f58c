//! `docs/openapi.yaml` says what the template and the code do. (That real answers are what it says, every request of
//! every test checks: [`tests::Contract`].)

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use contracts::codes::CATALOGUE;
use envelope::Code;
use http::Method;
use serde_json::{Map, Value, json};
use tests::{Contract, Request, workspace};

use crate::template::system;
use crate::{admin, shared};

/// The one route that asks for a token and has no authorizer: telling good tokens from bad is what it does.
const VERIFIES_ITSELF: &str = "POST /api/users/auth/verify";

/// `POST /api/users/login` and what is said of it.
pub(crate) fn operations() -> BTreeMap<String, &'static Value> {
    let paths = Contract::read().document()["paths"].as_object().unwrap();
    let of_path = |(path, methods): (&String, &'static Value)| {
        let methods = methods.as_object().unwrap().iter();
        methods.map(|(method, operation)| (format!("{} {path}", method.to_uppercase()), operation)).collect::<Vec<_>>()
    };
    paths.iter().flat_map(of_path).collect()
}

/// An error: where it is said, its status, type, code and message.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Said {
    status: String,
    kind: String,
    code: String,
    message: String,
}

/// Every error that an answer of this status may be.
fn errors(status: &str, schema: &Value, found: &mut BTreeSet<Said>) {
    let schema = Contract::read().resolve(schema);
    let text = |name: &str| schema["properties"][name]["const"].as_str().map(str::to_owned);
    if let (Some(kind), Some(code), Some(message)) = (text("type"), text("code"), text("message")) {
        found.insert(Said { status: status.to_owned(), kind, code, message });
        return;
    }
    if let Some(error) = schema["properties"].get("error") {
        errors(status, error, found);
    }
    for inner in ["allOf", "oneOf"].iter().filter_map(|key| schema[key].as_array()).flatten() {
        errors(status, inner, found);
    }
}

fn all_errors() -> BTreeSet<Said> {
    let mut found = BTreeSet::new();
    for (name, operation) in operations() {
        for (status, response) in operation["responses"].as_object().unwrap() {
            let response = Contract::read().resolve(response);
            let mut here = BTreeSet::new();
            errors(status, &response["content"]["application/json"]["schema"], &mut here);
            assert_eq!(here.is_empty(), status.starts_with('2'), "{name} {status}: {here:?}");
            found.extend(here);
        }
    }
    found
}

#[apply(e2e)]
fn it_has_the_version_of_the_workspace() {
    assert_eq!(Contract::read().document()["info"]["version"], env!("CARGO_PKG_VERSION"));
}

#[apply(e2e)]
fn a_route_is_guarded_as_it_says() {
    let operations = operations();
    for route in system().api.unwrap().routes {
        let name = format!("{} {}", route.method, route.path);
        // Another test says what is missing.
        let Some(operation) = operations.get(&name) else { continue };
        let security = operation.get("security").unwrap_or(&Contract::read().document()["security"]);
        let ways = security.as_array().unwrap();
        let needs_token = !ways.is_empty() && ways.iter().all(|way| way.get("bearer").is_some());
        assert_eq!(needs_token, route.authorizer.is_some() || name == VERIFIES_ITSELF, "{name}");
        // The gateway alone knows of a broken authorizer.
        let refusal = Contract::read().resolve(&operation["responses"]["401"]).to_string();
        assert_eq!(refusal.contains("GatewayUnauthorized"), route.authorizer.is_some(), "{name}");
        let broken = Contract::read().resolve(&operation["responses"]["502"]).to_string();
        assert_eq!(broken.contains("GatewayAuthenticationUnavailable"), route.authorizer.is_some(), "{name}");
    }
}

#[apply(e2e)]
fn it_knows_every_code_and_no_other() {
    let schemas = &Contract::read().document()["components"]["schemas"];
    let mut codes: Vec<Code> = CATALOGUE.codes().collect();
    codes.sort_by_key(|code| code.status());
    let mut kinds: Vec<&str> = codes.iter().map(|code| code.kind()).collect();
    let codes: Vec<&str> = codes.into_iter().map(Code::as_str).collect();
    assert_eq!(schemas["ErrorCode"]["enum"], json!(codes));
    kinds.dedup();
    assert_eq!(schemas["ErrorType"]["enum"], json!(kinds));
    let answered: BTreeSet<String> = all_errors().into_iter().map(|error| error.code).collect();
    let silent: Vec<&str> = codes.into_iter().filter(|code| !answered.contains(*code)).collect();
    assert_eq!(silent, ["METHOD_NOT_ALLOWED", "CONFLICT"], "its description says that these are never answered");
}

#[apply(e2e)]
fn an_error_has_the_type_and_the_status_of_its_code() {
    for error in all_errors() {
        let code = CATALOGUE.find(&error.code).unwrap_or_else(|| panic!("{error:?}"));
        assert_eq!((error.kind.as_str(), error.status.as_str()), (code.kind(), code.status().as_str()), "{error:?}");
    }
}

#[apply(e2e)]
fn every_message_is_said_somewhere() {
    fn read(folder: &Path, text: &mut String) {
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                read(&entry, text);
            } else if entry.extension().is_some_and(|extension| extension == "rs") {
                text.push_str(&fs::read_to_string(entry).unwrap());
            }
        }
    }
    let mut sources = fs::read_to_string(workspace().join("template.yaml")).unwrap();
    ["functions", "shared"].iter().for_each(|folder| read(&workspace().join(folder), &mut sources));
    for error in all_errors() {
        let worded = error.message.replace("product-service", "{service}");
        assert!(sources.contains(&format!("\"{worded}\"")), "{error:?}");
    }
}

#[apply(e2e)]
fn it_has_every_answer_of_the_gateway() {
    let said = all_errors();
    for (name, response) in system().api.unwrap().gateway_responses {
        let body: Value = serde_json::from_str(&response.templates["application/json"]).unwrap();
        let text = |name: &str| body["error"][name].as_str().unwrap().to_owned();
        let status = response.status.unwrap().to_string();
        let error = Said { status, kind: text("type"), code: text("code"), message: text("message") };
        assert!(said.contains(&error), "{name}: {error:?}");
    }
}

#[apply(e2e)]
fn its_examples_are_what_its_schemas_say() {
    fn examples(place: &str, value: &Value, found: &mut Vec<(String, Value)>) {
        match value {
            Value::Object(object) if object.contains_key("schema") => {
                let named = object.get("examples").and_then(Value::as_object).into_iter().flat_map(Map::values);
                let all = object.get("example").into_iter().chain(named.map(|example| &example["value"]));
                found.extend(all.map(|example| (format!("{place}/schema"), example.clone())));
            }
            Value::Object(object) => {
                for (key, value) in object {
                    examples(&format!("{place}/{}", tests::escaped(key)), value, found);
                }
            }
            _ => {}
        }
    }
    let document = Contract::read().document();
    let mut found = Vec::new();
    examples("/paths", &document["paths"], &mut found);
    examples("/components", &document["components"], &mut found);
    assert!(found.len() > 15, "{}", found.len());
    for (place, example) in found {
        Contract::read().validate(&place, &example).unwrap_or_else(|error| panic!("{place}: {error}"));
    }
}

/// A comma in an unquoted text of a YAML flow (`{description: Who, and why}`) ends it and makes a key of the rest.
#[apply(e2e)]
fn none_of_its_texts_is_cut_by_a_comma() {
    fn nulls(place: &str, value: &Value) -> Vec<String> {
        match value {
            Value::Null => vec![place.to_owned()],
            Value::Array(values) => values.iter().flat_map(|value| nulls(place, value)).collect(),
            Value::Object(object) => {
                object.iter().flat_map(|(key, value)| nulls(&format!("{place}/{key}"), value)).collect()
            }
            _ => Vec::new(),
        }
    }
    assert_eq!(nulls("", Contract::read().document()), [""; 0]);
}

/// An empty body lacks just the fields that are said to be required, and no field that is said to be one is unknown.
#[apply(e2e)]
async fn bodies_have_the_fields_it_says() {
    for (name, operation) in operations() {
        let Some(body) = operation.get("requestBody") else { continue };
        let schema = &body["content"]["application/json"]["schema"];
        let required = schema.get("required").cloned().unwrap_or(json!([]));
        let empty = request(&name).await.json(json!({})).send().await;
        match name.as_str() {
            "POST /api/orders" => assert_eq!(empty.problems(), ["items REQUIRED"], "{empty}"),
            _ if required == json!([]) => assert_eq!(empty.status, 404, "{empty}"),
            _ => assert_eq!(empty.body["error"]["details"]["missingFields"], required, "{empty}"),
        }
        let properties = schema["properties"].as_object().unwrap();
        let mut nulls: Map<String, Value> = properties.keys().map(|name| (name.clone(), Value::Null)).collect();
        nulls.insert("other".to_owned(), Value::Null);
        let refused = request(&name).await.json(Value::Object(nulls)).send().await;
        let unknown: Vec<String> =
            refused.problems().into_iter().filter(|problem| problem.ends_with("UNKNOWN_FIELD")).collect();
        assert_eq!(unknown, ["other UNKNOWN_FIELD"], "{refused}");
        assert_eq!(refused.problems().len(), properties.len() + 1, "{refused}");
    }
}

#[apply(e2e)]
async fn lists_have_the_parameters_it_says() {
    for (name, operation) in operations() {
        let parameters = operation["parameters"].as_array().unwrap().iter();
        let in_query =
            parameters.map(|parameter| Contract::read().resolve(parameter)).filter(|one| one["in"] == "query");
        let names: Vec<&str> = in_query.map(|parameter| parameter["name"].as_str().unwrap()).collect();
        if names.is_empty() {
            continue;
        }
        // Given twice, each is refused, and so is one that there is not.
        let twice = |name: &&str| format!("{name}=1&{name}=2");
        let query = names.iter().chain(&["other"]).map(twice).collect::<Vec<_>>().join("&");
        let refused = request(&format!("{name}?{query}")).await.send().await;
        let mut wanted: Vec<String> = names.iter().map(|name| format!("{name} REPEATED")).collect();
        wanted.push("other UNKNOWN_FIELD".to_owned());
        let problems: BTreeSet<String> = refused.problems().into_iter().collect();
        assert_eq!(problems, wanted.into_iter().collect(), "{refused}");
    }
}

/// An admin's request for an operation, of an id that there is not.
async fn request(name: &str) -> Request<'static> {
    let (method, path) = name.split_once(' ').unwrap();
    let path = path.replace("{id}", "01980000-0000-7000-8000-000000000000");
    let method: Method = method.parse().unwrap();
    shared().await.request(method, &path).token(&admin().await.token)
}
