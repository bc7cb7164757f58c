//! SAM's transform, run by the Python that has it: the one of the SAM CLI.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use local_template::System;
use serde_json::{Map, Value, json};
use tests::{sam_python, workspace};

const SCRIPT: &str = include_str!("transform.py");

/// Values of the template's parameters, by name.
pub(super) type Parameters = BTreeMap<String, String>;

/// The template in one environment of samconfig.toml.
pub(super) struct Transformed {
    /// `prod`
    pub(super) environment: String,
    /// What samconfig.toml gives the parameters.
    pub(super) parameters: Parameters,
    /// What `cargo local` reads.
    pub(super) system: System,
    /// The resources that CloudFormation gets, with their conditions.
    pub(super) resources: Map<String, Value>,
    /// The whole of what CloudFormation gets.
    pub(super) template: Value,
}

impl Transformed {
    /// The resources of a type that CloudFormation gets, by logical id, with their properties.
    pub(super) fn of_type(&self, kind: &str) -> impl Iterator<Item = (&str, &Value)> {
        let found = self.resources.iter().filter(move |(_, resource)| resource["Type"] == kind);
        found.map(|(id, resource)| (id.as_str(), &resource["Properties"]))
    }
}

/// All of them.
///
/// # Panics
/// SAM is not installed.
pub(super) fn environments() -> &'static [Transformed] {
    static ALL: OnceLock<Vec<Transformed>> = OnceLock::new();
    ALL.get_or_init(|| transformed(&python()))
}

/// The Python that SAM is installed in.
pub(super) fn python() -> std::path::PathBuf {
    sam_python().expect("a Python with samtranslator: see tests/README.md")
}

fn transformed(python: &Path) -> Vec<Transformed> {
    let template = workspace().join("template.yaml");
    let mut environments = configured(&fs::read_to_string(workspace().join("samconfig.toml")).unwrap());
    for (_, parameters) in environments.iter_mut().filter(|(environment, _)| environment == "prod") {
        // Whoever deploys it names their own.
        parameters.entry("AllowedOrigins".to_owned()).or_insert_with(|| "https://shop.example.com".to_owned());
    }
    let mut script = Command::new(python);
    script.args(["-c", SCRIPT]).arg(&template);
    let sets = environments.iter().map(|(_, parameters)| json!(parameters).to_string());
    let output = script.args(sets).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let made = environments.into_iter().zip(printed).map(|((environment, parameters), made)| {
        let Some(resources) = made["Resources"].as_object().cloned() else { panic!("{environment}: no resources") };
        let system = System::read(&template, &parameters).unwrap_or_else(|error| panic!("{error}"));
        Transformed { environment, parameters, system, resources, template: made }
    });
    made.collect()
}

/// The environments of samconfig.toml that are deployed, and what each gives the parameters.
fn configured(samconfig: &str) -> Vec<(String, Parameters)> {
    let mut found = Vec::new();
    let mut environment = None;
    for line in samconfig.lines() {
        if let Some(section) = line.strip_prefix('[') {
            environment = section.split_once(".deploy.parameters]").map(|(name, _)| name.to_owned());
        }
        let overrides = line.strip_prefix("parameter_overrides = \"").and_then(|rest| rest.split_once('"'));
        if let (Some(name), Some((overrides, _))) = (&environment, overrides) {
            let pairs = overrides.split(' ').map(|pair| pair.split_once('=').unwrap());
            found.push((name.clone(), pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()));
        }
    }
    found
}

#[apply(e2e)]
fn every_environment_of_samconfig_is_read() {
    let read = configured(&fs::read_to_string(workspace().join("samconfig.toml")).unwrap());
    let names: Vec<&str> = read.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["default", "staging", "prod", "localstack"]);
    assert!(read.iter().all(|(_, parameters)| parameters.contains_key("Environment")), "{read:?}");
}
