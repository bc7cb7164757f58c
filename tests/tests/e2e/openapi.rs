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

fn all_errors() -> BTreeSet<Said> {
    let contract = Contract::read();
    let mut found = BTreeSet::new();
    for (name, operation) in operations() {
        for (status, response) in operation["responses"].as_object().unwrap() {
            let errors = contract.errors(response);
            let is_an_error = status.starts_with(['4', '5']);
            assert_eq!(errors.is_empty(), !is_an_error, "{name} {status}: {errors:?}");
            found.extend(errors.values().map(|error| {
                let text = |name: &str| error["error"][name].as_str().unwrap().to_owned();
                Said { status: status.clone(), kind: text("type"), code: text("code"), message: text("message") }
            }));
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
        let may_be = |status: &str, error: &str| {
            let response = operation["responses"].get(status);
            response.is_some_and(|response| Contract::read().errors(response).contains_key(error))
        };
        assert_eq!(may_be("401", "GatewayTokenRequired"), route.authorizer.is_some(), "{name}");
        assert_eq!(may_be("502", "GatewayAuthenticationUnavailable"), route.authorizer.is_some(), "{name}");
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
    let answered: BTreeSet<String> = all_errors().into_iter().map(|error| error.code).collect();
    let silent: Vec<&str> = codes.into_iter().filter(|code| !answered.contains(*code)).collect();
    assert_eq!(silent, ["METHOD_NOT_ALLOWED", "CONFLICT"], "its description says that these are never answered");
    let schema_of = |kind: &str| format!("{}Problem", kind.trim_end_matches("Error"));
    let mut by_kind: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for error in all_errors() {
        by_kind.entry(error.kind).or_default().insert(error.code);
    }
    for (kind, codes) in &by_kind {
        let error = &schemas[kind]["properties"];
        assert_eq!(error["type"]["const"], json!(kind));
        let listed: Vec<&str> = error["code"]["enum"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert_eq!(listed.iter().map(|&code| code.to_owned()).collect::<BTreeSet<_>>(), *codes, "{kind}");
        assert_eq!(
            schemas[schema_of(kind)]["properties"]["error"],
            json!({"$ref": format!("#/components/schemas/{kind}")})
        );
    }
    kinds.retain(|kind| *kind != "MethodNotAllowedError");
    assert_eq!(by_kind.keys().map(String::as_str).collect::<BTreeSet<_>>(), kinds.into_iter().collect());
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
        let service = ["product-service", "order-service", "notification-service"];
        let worded = service.iter().fold(error.message.clone(), |text, name| text.replace(name, "{service}"));
        assert!(sources.contains(&format!("\"{worded}\"")), "{error:?}");
    }
}

#[apply(e2e)]
fn it_has_every_answer_of_the_gateway() {
    let said = all_errors();
    for (name, response) in system().api.unwrap().gateway_responses {
        // What the authorizer says, and the tests of tokens ask for.
        if name == "ACCESS_DENIED" {
            continue;
        }
        let body: Value = serde_json::from_str(&response.templates["application/json"]).unwrap();
        let text = |name: &str| body["error"][name].as_str().unwrap().to_owned();
        let status = response.status.unwrap().to_string();
        let error = Said { status, kind: text("type"), code: text("code"), message: text("message") };
        assert!(said.contains(&error), "{name}: {error:?}");
    }
}

/// An empty body lacks just the fields that are said to be required, and no field that is said to be one is unknown.
#[apply(e2e)]
async fn bodies_have_the_fields_it_says() {
    for (name, operation) in operations() {
        let Some(body) = operation.get("requestBody") else { continue };
        let schema = Contract::read().resolve(&body["content"]["application/json"]["schema"]);
        let required = schema.get("required").cloned().unwrap_or(json!([]));
        let empty = request(&name).await.json(json!({})).send().await;
        match name.as_str() {
            "POST /api/orders" => assert_eq!(empty.problems(), ["items REQUIRED"], "{empty}"),
            // Nothing of what there is not, or of the caller, is changed.
            _ if required == json!([]) => {
                assert_eq!(empty.status, if name.contains("{id}") { 404 } else { 200 }, "{empty}");
            }
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
