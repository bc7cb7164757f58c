//! `cargo lambda watch` reads its routes from Cargo.toml; they are those of the template.
#![allow(clippy::unwrap_used)] // tests report by panicking

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use local_template::System;
use serde_json::Value;

/// A method, a path, and the binary that answers.
type Route = (String, String, String);

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap()
}

fn of_template() -> BTreeSet<Route> {
    let read = System::read(&workspace().join("template.yaml"), &BTreeMap::new());
    let system = read.unwrap_or_else(|error| panic!("{error}"));
    let binary = |function: &String| system.functions[function].binary.clone();
    let routes = system.api.as_ref().unwrap().routes.iter();
    routes.map(|route| (route.method.clone(), route.path.clone(), binary(&route.function))).collect()
}

/// `[workspace.metadata.lambda.watch.router]`.
fn of_cargo() -> BTreeSet<Route> {
    let arguments = ["metadata", "--no-deps", "--offline", "--format-version", "1"];
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(workspace()).output().unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut found = BTreeSet::new();
    for (path, methods) in metadata["metadata"]["lambda"]["watch"]["router"].as_object().unwrap() {
        for route in methods.as_array().unwrap() {
            found.insert((text(&route["method"]), path.clone(), text(&route["function"])));
        }
    }
    found
}

#[test]
fn cargo_lambda_has_the_routes_of_the_template_and_no_others() {
    let (template, cargo) = (of_template(), of_cargo());
    assert!(!template.is_empty());
    assert_eq!(template.difference(&cargo).collect::<Vec<_>>(), Vec::<&Route>::new(), "missing in Cargo.toml");
    assert_eq!(cargo.difference(&template).collect::<Vec<_>>(), Vec::<&Route>::new(), "not in template.yaml");
}
