//! SAM's transform, run by the Python that has it: the one of the SAM CLI.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use local_template::System;
use serde_json::{Map, Value, json};
use tests::{sam_python, workspace};

const SCRIPT: &str = include_str!("transform.py");

/// The template in one environment.
pub(super) struct Transformed {
    /// `dev`
    pub(super) environment: &'static str,
    /// What `cargo local` reads.
    pub(super) system: System,
    /// The resources that CloudFormation gets.
    pub(super) resources: Map<String, Value>,
}

impl Transformed {
    /// The resources of a type that CloudFormation gets, by logical id, with their properties.
    pub(super) fn of_type(&self, kind: &str) -> impl Iterator<Item = (&str, &Value)> {
        let found = self.resources.iter().filter(move |(_, resource)| resource["Type"] == kind);
        found.map(|(id, resource)| (id.as_str(), &resource["Properties"]))
    }
}

/// The environments that differ.
///
/// # Panics
/// SAM is not installed.
pub(super) fn environments() -> &'static [Transformed] {
    static ALL: OnceLock<Vec<Transformed>> = OnceLock::new();
    ALL.get_or_init(|| transformed(&sam_python().expect("a Python with samtranslator: see tests/README.md")))
}

fn transformed(python: &Path) -> Vec<Transformed> {
    const ENVIRONMENTS: [&str; 2] = ["dev", "prod"];
    let template = workspace().join("template.yaml");
    let mut script = Command::new(python);
    script.args(["-c", SCRIPT]).arg(&template);
    let output = script.args(ENVIRONMENTS.map(|name| json!({"Environment": name}).to_string())).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let made = ENVIRONMENTS.into_iter().zip(printed).map(|(environment, mut made)| {
        let Value::Object(resources) = made["Resources"].take() else { panic!("{environment}: no resources") };
        let parameters = BTreeMap::from([("Environment".to_owned(), environment.to_owned())]);
        let system = System::read(&template, &parameters).unwrap_or_else(|error| panic!("{error}"));
        Transformed { environment, system, resources }
    });
    made.collect()
}
