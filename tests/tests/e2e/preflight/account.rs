//! An AWS account for `.ci/preflight` to look at: the script, the environments and an `aws` that answers from a file.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};
use tests::{Folder, sam_python, workspace};

const AWS: &str = include_str!("aws.py");

/// What the script finds, and how it ends.
#[derive(Debug, PartialEq)]
pub(super) struct Findings {
    /// Exit status.
    pub(super) status: i32,
    /// What it prints, without the last line.
    pub(super) lines: Vec<String>,
    /// The last line, or what it says where it could not find out.
    pub(super) summary: String,
}

/// An account, and a copy of what the script reads of the workspace.
pub(super) struct Account {
    /// What `aws.py` answers from.
    pub(super) state: Value,
    folder: Folder,
}

/// The ARN of a function's version or alias.
fn arn(function: &str, qualifier: &str) -> String {
    format!("arn:aws:lambda:eu-central-1:000000000000:function:{function}:{qualifier}")
}

impl Account {
    /// One with the stack of prod in order: two functions, each at version 6 and with 50 instances reserved.
    pub(super) fn healthy() -> Self {
        Self::of(2)
    }

    /// The same with so many functions. The first two have the reserved instances.
    pub(super) fn of(functions: usize) -> Self {
        let mut resources = vec![
            json!({"ResourceType": "AWS::CodeDeploy::Application", "LogicalResourceId": "ServerlessDeploymentApplication", "PhysicalResourceId": "storefront-prod-App"}),
        ];
        let (mut aliases, mut versions, mut groups) = (json!({}), json!({}), json!({}));
        let mut resource = |kind: &str, logical: String, id: String| {
            resources.push(json!({"ResourceType": kind, "LogicalResourceId": logical, "PhysicalResourceId": id}));
        };
        for number in 1..=functions {
            let (name, group) = (format!("storefront-prod-F{number}"), format!("storefront-prod-F{number}Group"));
            resource("AWS::Lambda::Function", format!("F{number}Function"), name.clone());
            resource("AWS::Lambda::Alias", format!("F{number}FunctionAliaslive"), arn(&name, "live"));
            resource("AWS::Lambda::Version", format!("F{number}FunctionVersion0123456789"), arn(&name, "6"));
            resource("AWS::CodeDeploy::DeploymentGroup", format!("F{number}FunctionDeploymentGroup"), group.clone());
            aliases[format!("{name}:live")] = json!({"FunctionVersion": "6", "Description": ""});
            versions[&name] = json!(["4", "5", "6"]);
            groups[&group] = json!(["storefront-prod-ApiErrors"]);
        }
        resource("AWS::CloudWatch::Alarm", "Alarm".to_owned(), "storefront-prod-ApiErrors".to_owned());
        resource("AWS::CloudWatch::Alarm", "Alarm".to_owned(), "storefront-prod-DeadLetters".to_owned());
        for one in &mut resources {
            one["ResourceStatus"] = json!("UPDATE_COMPLETE");
        }
        let state = json!({
            "limits": {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 900},
            "reserved": {"storefront-prod-F1": 50, "storefront-prod-F2": 50},
            "stack": {"StackStatus": "UPDATE_COMPLETE", "Parameters": [
                {"ParameterKey": "Environment", "ParameterValue": "prod"},
                {"ParameterKey": "Scale", "ParameterValue": "large"},
                {"ParameterKey": "AllowedOrigins", "ParameterValue": "https://shop.example.com"},
            ]},
            "resources": resources, "firing": ["somebody-elses-alarm"], "groups": groups, "aliases": aliases,
            "versions": versions, "denied": [],
        });
        let folder = Folder::new();
        for name in ["template.yaml", "samconfig.toml"] {
            fs::copy(workspace().join(name), folder.path().join(name)).unwrap();
        }
        for (name, text) in [
            (".ci/preflight", fs::read_to_string(workspace().join(".ci/preflight")).unwrap()),
            (
                "bin/aws",
                format!(
                    "#!/bin/sh\nexec \"$FAKE_PYTHON\" -c '{}' \"$FAKE_ACCOUNT\" \"$@\"\n",
                    AWS.replace('\'', "'\\''")
                ),
            ),
        ] {
            let file = folder.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, text).unwrap();
            fs::set_permissions(&file, Permissions::from_mode(0o700)).unwrap();
        }
        Self { state, folder }
    }

    /// The same where CodeDeploy does not move the alias of a function: `F2`.
    pub(super) fn without_group_of(function: &str) -> Self {
        let mut account = Self::healthy();
        let resources = account.state["resources"].as_array_mut().unwrap();
        resources.retain(|one| one["LogicalResourceId"] != format!("{function}FunctionDeploymentGroup"));
        account
    }

    /// With another text in the place of one in a file that the script reads.
    pub(super) fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.folder.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} has no {from}");
        fs::write(path, text.replace(from, to)).unwrap();
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("account.json")
    }

    /// Runs the script.
    pub(super) fn preflight(&self, arguments: &[&str]) -> Findings {
        fs::write(self.file(), self.state.to_string()).unwrap();
        let _ = fs::remove_file(self.file().with_extension("json.asked"));
        let path = std::env::var("PATH").unwrap();
        let output = Command::new(self.folder.path().join(".ci/preflight"))
            .args(arguments)
            .env("PATH", format!("{}:{path}", self.folder.path().join("bin").display()))
            .env("FAKE_PYTHON", sam_python().expect("a Python with samtranslator: see tests/README.md"))
            .env("FAKE_ACCOUNT", self.file())
            .output()
            .unwrap();
        let printed = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect();
        let (mut lines, errors): (Vec<String>, Vec<String>) = (printed(output.stdout), printed(output.stderr));
        let status = output.status.code().unwrap();
        let summary = if status < 2 { lines.pop() } else { errors.first().cloned() };
        assert!(status == 2 || errors.is_empty(), "{errors:?}");
        Findings { status, lines, summary: summary.unwrap_or_default() }
    }

    /// What was asked of AWS, in order.
    pub(super) fn asked(&self) -> Vec<String> {
        let asked = fs::read_to_string(self.file().with_extension("json.asked")).unwrap();
        asked.lines().map(str::to_owned).collect()
    }
}
