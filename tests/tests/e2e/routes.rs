//! What else has to know the template's routes. A test that finds one missing prints what to write, and where.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use local_template::{Route, System};
use serde_json::Value;
use tests::workspace;

use crate::least_privilege::Services;
use crate::openapi::operations;
use crate::template::system;

/// `cargo metadata` of the workspace.
fn metadata() -> &'static Value {
    static METADATA: OnceLock<Value> = OnceLock::new();
    METADATA.get_or_init(|| {
        let arguments = ["metadata", "--no-deps", "--offline", "--format-version", "1"];
        let output = Command::new(env!("CARGO")).args(arguments).current_dir(workspace()).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    })
}

/// The binaries of the services' crates, by the crate's folder.
fn binaries() -> BTreeSet<(String, String)> {
    let functions = workspace().join("functions");
    let mut found = BTreeSet::new();
    for package in metadata()["packages"].as_array().unwrap() {
        let folder = Path::new(package["manifest_path"].as_str().unwrap()).parent().unwrap();
        let Ok(service) = folder.strip_prefix(&functions) else { continue };
        for target in package["targets"].as_array().unwrap() {
            if target["kind"] == serde_json::json!(["bin"]) {
                let name = target["name"].as_str().unwrap();
                found.insert((service.display().to_string(), name.to_owned()));
            }
        }
    }
    found
}

fn name(route: &Route) -> String {
    format!("{} {}", route.method, route.path)
}

fn binary<'s>(system: &'s System, route: &Route) -> &'s str {
    &system.functions[&route.function].binary
}

/// Fails with all that is to be written or taken away.
#[track_caller]
fn assert_nothing_to_do(what: Vec<String>) {
    assert!(what.is_empty(), "\n\n{}\n", what.join("\n\n"));
}

#[apply(e2e)]
fn every_function_is_a_binary_and_every_binary_a_function() {
    let (system, built, services) = (system(), binaries(), Services::read());
    let mut todo = Vec::new();
    let mut named = BTreeSet::new();
    for (id, function) in &system.functions {
        let (service, binary) = (services.of_function(&system, &function.name), function.binary.as_str());
        named.insert((service.to_owned(), binary.to_owned()));
        if !built.contains(&(service.to_owned(), binary.to_owned())) {
            let routes = system.api.iter().flat_map(|api| &api.routes);
            let route = routes.into_iter().find(|route| route.function == *id);
            let (room, does) = route.map_or(("workers", binary.to_owned()), |route| ("endpoints", name(route)));
            let module = binary.replace('-', "_");
            todo.push(format!(
                "{id} has no binary. Write into functions/{service}/src/bin/{binary}.rs:\n\n\
                 //! `{does}`\n\nfn main() -> std::process::ExitCode {{\n    {service}::{room}::{module}::main()\n}}"
            ));
        }
    }
    for (service, binary) in built.difference(&named) {
        todo.push(format!(
            "functions/{service}/src/bin/{binary}.rs is no function. Delete it, or write a function with `BuildProperties: \
             {{Binary: {binary}}}` into template.yaml, in the section of {service}."
        ));
    }
    assert_nothing_to_do(todo);
}

#[apply(e2e)]
fn cargo_lambda_has_the_routes_of_the_template_and_no_others() {
    let system = system();
    let router = metadata()["metadata"]["lambda"]["watch"]["router"].as_object().unwrap();
    let entry = |method: &str, binary: &str| format!("{{ method = \"{method}\", function = \"{binary}\" }}");
    let mut known = BTreeSet::new();
    for (path, routes) in router {
        for route in routes.as_array().unwrap() {
            known.insert((path.clone(), entry(route["method"].as_str().unwrap(), route["function"].as_str().unwrap())));
        }
    }
    let routes = &system.api.as_ref().unwrap().routes;
    let wanted: BTreeSet<_> =
        routes.iter().map(|route| (route.path.clone(), entry(&route.method, binary(&system, route)))).collect();
    assert!(!wanted.is_empty());
    let mut todo = Vec::new();
    for (path, entry) in wanted.difference(&known) {
        let line = if router.contains_key(path) {
            format!("add to the list of \"{path}\":\n\n{entry}")
        } else {
            format!("add the line:\n\n\"{path}\" = [{entry}]")
        };
        todo.push(format!("In Cargo.toml, under [workspace.metadata.lambda.watch.router], {line}"));
    }
    for (path, entry) in known.difference(&wanted) {
        todo.push(format!(
            "In Cargo.toml, take away from \"{path}\", which is no such route of template.yaml:\n\n{entry}"
        ));
    }
    assert_nothing_to_do(todo);
}

#[apply(e2e)]
fn a_page_of_another_origin_may_use_every_method_that_a_route_has() {
    let api = system().api.unwrap();
    let allowed = api.cors.unwrap().allow_methods.unwrap();
    let used: BTreeSet<&str> = api.routes.iter().map(|route| route.method.as_str()).chain(["OPTIONS"]).collect();
    let known = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    let wanted: Vec<&str> = known.into_iter().filter(|method| used.contains(method)).collect();
    assert_eq!(wanted.len(), used.len(), "{used:?}: API Gateway has other methods, which this test does not know");
    let line = format!("AllowMethods: \"'{}'\"", wanted.join(","));
    assert_eq!(allowed, wanted.join(","), "in template.yaml, under Cors of Api, write:\n\n{line}\n");
}

#[apply(e2e)]
fn every_route_is_described_and_nothing_else_is() {
    let system = system();
    let described = operations();
    let mut todo = Vec::new();
    for route in &system.api.as_ref().unwrap().routes {
        if !described.contains_key(&name(route)) {
            let operation = skeleton(route, binary(&system, route));
            todo.push(format!(
                "{} is not described. Write into docs/openapi.yaml, under paths:\n\n{operation}",
                name(route)
            ));
        }
    }
    let routes: BTreeSet<String> = system.api.iter().flat_map(|api| &api.routes).map(name).collect();
    for operation in described.keys().filter(|operation| !routes.contains(*operation)) {
        todo.push(format!("In docs/openapi.yaml, take away {operation}: template.yaml has no such route."));
    }
    assert_nothing_to_do(todo);
}

/// The lines of an operation that follow from its route; what it answers is left to fill in.
fn skeleton(route: &Route, binary: &str) -> String {
    let mut words = binary.split('-');
    let first = words.next().unwrap_or_default().to_owned();
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    let id = words.fold(first, |id, word| id + &capital(word));
    let tag = capital(route.path.split('/').nth(2).unwrap_or("health"));
    let mut lines = vec![
        format!("  {}:", route.path),
        format!("    {}:", route.method.to_lowercase()),
        format!("      operationId: {id}"),
        format!("      tags: [{tag}]"),
        "      summary: …".to_owned(),
        "      description: …".to_owned(),
    ];
    if route.authorizer.is_none() {
        lines.push("      security: []".to_owned());
    }
    lines.push("      parameters:".to_owned());
    let of_path = [
        ("/products/{id}", "ProductId"),
        ("/orders/{id}", "OrderId"),
        ("/notifications/{id}", "NotificationId"),
        ("/sessions/{id}", "SessionId"),
    ];
    let of_path = of_path.into_iter().filter(|(part, _)| route.path.contains(part)).map(|(_, parameter)| parameter);
    for parameter in of_path.chain(["RequestId"]) {
        lines.push(format!("        - {{$ref: '#/components/parameters/{parameter}'}}"));
    }
    lines.push("      responses:".to_owned());
    lines.push("        '200': …".to_owned());
    let guarded = route.authorizer.is_some();
    for (status, response) in [
        (413, "GatewayTooLarge"),
        (429, "Throttled"),
        (500, "InternalError"),
        (502, if guarded { "GuardedBadGateway" } else { "BadGateway" }),
        (503, "Unavailable"),
        (504, "GatewayTimeout"),
    ] {
        lines.push(format!("        '{status}': {{$ref: '#/components/responses/{response}'}}"));
    }
    if guarded {
        lines.push("        '401': {$ref: '#/components/responses/Unauthorized'}".to_owned());
    }
    lines.join("\n")
}
