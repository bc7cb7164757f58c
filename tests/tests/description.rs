//! `docs/openapi.yaml` is what readers and generators of clients can use. Needs no stack.

#![allow(clippy::unwrap_used)] // a test reports by panicking

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Map, Value};
use tests::{Contract, escaped, http_file, postman_collection, workspace};

/// Every value of the document, with its place (a JSON pointer).
fn walk<'a>(place: &str, value: &'a Value, found: &mut Vec<(String, &'a Value)>) {
    found.push((place.to_owned(), value));
    match value {
        Value::Array(values) => {
            values.iter().enumerate().for_each(|(index, value)| walk(&format!("{place}/{index}"), value, found));
        }
        Value::Object(object) => {
            object.iter().for_each(|(key, value)| walk(&format!("{place}/{}", escaped(key)), value, found));
        }
        _ => {}
    }
}

fn values() -> Vec<(String, &'static Value)> {
    let mut found = Vec::new();
    walk("", Contract::read().document(), &mut found);
    found
}

/// What is written as an example may look like anything.
fn is_in_an_example(place: &str) -> bool {
    place.contains("/example") || place.contains("/components/examples/")
}

fn operations() -> Vec<(String, &'static Value)> {
    let paths = Contract::read().document()["paths"].as_object().unwrap();
    let of_path = |(path, methods): (&'static String, &'static Value)| {
        methods.as_object().unwrap().iter().map(move |(method, operation)| (format!("{method} {path}"), operation))
    };
    paths.iter().flat_map(of_path).collect()
}

#[test]
fn what_is_made_of_it_is_up_to_date() {
    let json = serde_json::to_string_pretty(Contract::read().document()).unwrap() + "\n";
    for (name, wanted) in [
        ("openapi.json", json),
        ("storefront.http", http_file()),
        ("storefront.postman_collection.json", postman_collection()),
    ] {
        let text = fs::read_to_string(workspace().join("docs").join(name)).unwrap_or_default();
        assert!(text == wanted, "docs/{name} is another than docs/openapi.yaml makes it: {RENEW}");
    }
}

/// What writes the files that are made from the document.
const RENEW: &str = "cargo run --example describe";

/// Readers that guard against small documents that unfold to huge ones refuse all aliases.
#[test]
fn it_has_no_anchors_and_no_aliases() {
    let text = fs::read_to_string(workspace().join("docs/openapi.yaml")).unwrap();
    let mark = regex::Regex::new(r"(?m)(?:^\s*|[:,\[{-]\s+)[&*][A-Za-z][\w-]*\s*(?:$|[,}\]#]|[\[{])").unwrap();
    let found: Vec<&str> = mark.find_iter(&text).map(|found| found.as_str().trim()).collect();
    assert_eq!(found, [""; 0]);
}

/// A comma in an unquoted text of a YAML flow (`{description: Who, and why}`) ends it and makes a key of the rest.
#[test]
fn none_of_its_texts_is_cut_by_a_comma() {
    let nulls: Vec<String> =
        values().into_iter().filter(|(_, value)| value.is_null()).map(|(place, _)| place).collect();
    assert_eq!(nulls, [""; 0]);
}

#[test]
fn every_component_is_used() {
    let text = fs::read_to_string(workspace().join("docs/openapi.yaml")).unwrap();
    let components = Contract::read().document()["components"].as_object().unwrap();
    for (kind, named) in components.iter().filter(|(kind, _)| *kind != "securitySchemes") {
        for name in named.as_object().unwrap().keys() {
            assert!(text.contains(&format!("'#/components/{kind}/{name}'")), "nothing names {kind}/{name}");
        }
    }
}

#[test]
fn every_operation_and_every_answer_is_described() {
    let is_said = |value: &Value| value["description"].as_str().is_some_and(|text| text.len() > 3);
    for (name, operation) in operations() {
        assert!(is_said(operation), "{name} has no description");
        for parameter in operation["parameters"].as_array().unwrap() {
            let parameter = Contract::read().resolve(parameter);
            assert!(is_said(parameter), "{name}: {} has no description", parameter["name"]);
        }
        for (status, response) in operation["responses"].as_object().unwrap() {
            assert!(is_said(Contract::read().resolve(response)), "{name} {status} has no description");
        }
    }
}

/// The examples at a place, which has one `example` or named `examples`.
fn examples(content: &Value) -> Vec<&Value> {
    let named = content.get("examples").and_then(Value::as_object).into_iter().flat_map(Map::values);
    let named = named.map(|example| &Contract::read().resolve(example)["value"]);
    content.get("example").into_iter().chain(named).collect()
}

#[test]
fn every_body_has_an_example() {
    for (name, operation) in operations() {
        let responses = operation["responses"].as_object().unwrap().iter();
        let bodies = responses.map(|(status, response)| (status.as_str(), Contract::read().resolve(response)));
        for (part, body) in bodies.chain(operation.get("requestBody").map(|body| ("its body", body))) {
            for (media_type, content) in body["content"].as_object().into_iter().flatten() {
                assert!(!examples(content).is_empty(), "{name}, {part}: {media_type} has no example");
            }
        }
    }
}

#[test]
fn its_examples_are_what_its_schemas_say() {
    let mut count = 0;
    for (place, value) in values().into_iter().filter(|(_, value)| value.get("schema").is_some()) {
        for example in examples(value) {
            Contract::read()
                .validate(&format!("{place}/schema"), example)
                .unwrap_or_else(|error| panic!("{place}: {error}"));
            count += 1;
        }
    }
    assert!(count > 100, "{count}");
}

/// A generator makes one type of a schema with a name, and as many as there are places of one without.
#[test]
fn every_body_is_a_schema_with_a_name() {
    for (place, value) in values() {
        if place.contains("/content/") && !is_in_an_example(&place) && value.get("schema").is_some() {
            assert!(value["schema"]["$ref"].is_string(), "{place} has a schema without a name");
        }
    }
}

/// Clients in Go have a function `NewOrder` for a schema `Order`.
#[test]
fn no_schema_is_named_like_a_constructor() {
    let schemas = Contract::read().document()["components"]["schemas"].as_object().unwrap();
    for name in schemas.keys().filter_map(|name| name.strip_prefix("New")) {
        let is_a_type = schemas.get(name).is_some_and(|schema| schema["type"] == "object");
        assert!(!is_a_type, "New{name} is a constructor's name");
    }
}

/// Several schemas in one (`allOf`), or one of several that only their values tell apart (`oneOf`), have no type in most languages.
#[test]
fn no_schema_is_composed_but_those_named_here() {
    let composed: BTreeSet<String> = values()
        .into_iter()
        .filter(|(place, value)| {
            !is_in_an_example(place) && ["allOf", "oneOf", "anyOf"].iter().any(|key| value.get(key).is_some())
        })
        .map(|(place, _)| place)
        .collect();
    // With or without numbers.
    assert_eq!(composed.iter().map(String::as_str).collect::<Vec<_>>(), ["/components/schemas/Pagination"]);
}

#[test]
fn every_number_has_a_format_and_every_constant_a_type() {
    for (place, value) in values().into_iter().filter(|(place, _)| !is_in_an_example(place)) {
        let format = value.get("format").and_then(Value::as_str);
        match value.get("type").and_then(Value::as_str) {
            Some("integer") => assert!(matches!(format, Some("int32" | "int64")), "{place} has no format"),
            Some("number") => assert_eq!(format, Some("double"), "{place} has no format"),
            _ => {}
        }
        let is_a_schema = place.contains("/schema") && !place.contains("/if/") && !place.ends_with("/properties");
        if is_a_schema && (value.get("const").is_some() || value.get("enum").is_some_and(Value::is_array)) {
            assert!(value.get("type").is_some_and(Value::is_string), "{place} has no type");
        }
    }
}

/// Code that a generator makes of a `const` compares it, also with what is absent.
#[test]
fn no_constant_is_optional() {
    for (place, value) in values() {
        if is_in_an_example(&place) || place.ends_with("/if") {
            continue;
        }
        let required = value.get("required").and_then(Value::as_array);
        for (name, property) in value.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let is_required = required.is_some_and(|names| names.iter().any(|required| required == name));
            let is_constant = Contract::read().resolve(property).get("const").is_some();
            assert!(is_required || !is_constant, "{place}: {name} is optional and a constant");
        }
    }
}
