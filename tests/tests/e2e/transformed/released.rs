//! An update from the last release: what holds data or an address stays what it is.
//!
//! `released.json` has those resources as the last release made them. CONTRIBUTING.md says when it is renewed.

mod allowed;
mod update;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tests::workspace;

use super::sam::{environments, python};
use update::{CreateOnly, kept};

const SCRIPT: &str = include_str!("released/create_only.py");

const RECORD: &str = "tests/tests/e2e/transformed/released.json";

/// The types whose resources hold something, and what is lost with one.
const HOLDERS: [(&str, &str); 6] = [
    ("AWS::DynamoDB::Table", "its items"),
    ("AWS::SQS::Queue", "its messages"),
    ("AWS::SecretsManager::Secret", "its value, which logs everybody out"),
    ("AWS::Logs::LogGroup", "its lines"),
    ("AWS::ApiGateway::RestApi", "its address"),
    ("AWS::ApiGateway::Stage", "its address"),
];

/// The properties that CloudFormation's schemas say can't be changed.
fn create_only() -> CreateOnly {
    let output = Command::new(python()).args(["-c", SCRIPT]).args(HOLDERS.map(|(kind, _)| kind)).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The newest release that the changelog has; none before the first.
fn newest(changelog: &str) -> Option<String> {
    let headings = changelog.lines().filter_map(|line| line.strip_prefix("## "));
    let release = headings.map(|heading| heading.trim_matches(['[', ']'])).find(|heading| *heading != "Unreleased");
    release.map(|heading| heading.split([' ', ']']).next().unwrap_or(heading).to_owned())
}

#[apply(e2e)]
#[needs(SamTransform)]
fn an_update_from_the_last_release_loses_nothing() {
    let create_only = create_only();
    let record: Value = serde_json::from_str(&fs::read_to_string(workspace().join(RECORD)).unwrap()).unwrap();
    let release = newest(&fs::read_to_string(workspace().join("CHANGELOG.md")).unwrap());
    let released = record["resources"].as_object().unwrap();
    let mut losses = BTreeMap::new();
    for one in environments() {
        for loss in update::losses(released, &one.resources, &create_only) {
            losses.insert(loss, &one.environment);
        }
    }
    if record["release"] != json!(release) {
        losses.insert(
            format!("it is of release {}, and the changelog's newest is {release:?}", record["release"]),
            &environments()[0].environment,
        );
    }
    // What the record would be if all of this is meant.
    let now = environments()[0].resources.iter().filter_map(|(id, one)| Some((id, kept(one, &create_only)?)));
    let now: BTreeMap<_, _> = now.collect();
    let renewed = Path::new(env!("CARGO_TARGET_TMPDIR")).join("released.json");
    fs::write(&renewed, format!("{:#}\n", json!({"release": release, "resources": now}))).unwrap();
    assert!(
        losses.is_empty(),
        "{RECORD} does not allow this update:\n{}\nIf it is meant, CONTRIBUTING.md (\"What a deployed stack keeps\") says what to do \
         first; then\n  cp {} {RECORD}",
        losses.keys().map(|loss| format!("- {loss}")).collect::<Vec<_>>().join("\n"),
        renewed.display()
    );
}

/// A type of which nothing is recorded would be checked by nobody.
#[apply(e2e)]
#[needs(SamTransform)]
fn the_record_has_every_kind_that_holds_something() {
    let create_only = create_only();
    for kind in ["AWS::DynamoDB::Table", "AWS::SQS::Queue", "AWS::SecretsManager::Secret"] {
        assert!(!create_only[kind].is_empty(), "{kind}");
    }
    assert_eq!(create_only["AWS::DynamoDB::Table"], ["ImportSourceSpecification", "KeySchema", "TableName"]);
    let record: Value = serde_json::from_str(&fs::read_to_string(workspace().join(RECORD)).unwrap()).unwrap();
    for (kind, _) in HOLDERS {
        let recorded = record["resources"].as_object().unwrap().values().any(|one| one["Type"] == kind);
        assert!(recorded, "{RECORD} has no {kind}");
    }
}

#[apply(e2e)]
fn the_newest_release_is_the_first_that_the_changelog_has() {
    assert_eq!(newest("# Changelog\n\n## Unreleased\n\n### Added\n"), None);
    assert_eq!(newest("## Unreleased\n\n## 1.1.0 (2027-02-01)\n\n## 1.0.0\n").as_deref(), Some("1.1.0"));
    assert_eq!(newest("## [Unreleased]\n\n## [1.0.0] - 2026-12-24\n").as_deref(), Some("1.0.0"));
}
