//! SAM's transform, run by the Python that has it: the one of the SAM CLI.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use local_template::System;
use serde_json::{Map, Value, json};
use tests::workspace;

const SCRIPT: &str = include_str!("transform.py");

/// A Python that has `samtranslator`, where that of the `sam` on the path is not meant.
const PYTHON: &str = "SAM_PYTHON";

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

/// The environments that differ. None where SAM is not installed, which is told; in CI it has to be.
pub(super) fn environments() -> &'static [Transformed] {
    static ALL: OnceLock<Vec<Transformed>> = OnceLock::new();
    let all = ALL.get_or_init(|| match python() {
        Some(python) => transformed(&python),
        None => Vec::new(),
    });
    if all.is_empty() {
        let why = format!("no Python with samtranslator is beside a `sam` on the path or named by {PYTHON}");
        assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{why}");
        // Past the test harness, which would keep it for itself.
        let _ = writeln!(std::io::stderr(), "skipped, because {why}");
    }
    all
}

fn python() -> Option<PathBuf> {
    let named = std::env::var_os(PYTHON).map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let beside = std::env::split_paths(&path).find_map(|folder| {
        // Its folder may only have a link to it.
        let sam = folder.join("sam").canonicalize().ok()?;
        Some(sam.parent()?.join("python"))
    });
    named.or(beside).filter(|python| {
        let mut has = Command::new(python);
        has.args(["-c", "import samtranslator"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        has.status().is_ok_and(|status| status.success())
    })
}

fn transformed(python: &PathBuf) -> Vec<Transformed> {
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
