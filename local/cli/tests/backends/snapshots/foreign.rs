//! What is among the snapshots and not for this stack: another template's, a link, a pipe.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use super::{names, ran};
use crate::program::Program;
use crate::{Backends, TEMPLATE};

/// A stack of the template with a table of this key.
fn started(data: &Path, key: &str, options: &[&str]) -> Backends {
    let things = format!(
        "
  Things:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{{AttributeName: {key}, AttributeType: S}}]
      KeySchema: [{{AttributeName: {key}, KeyType: HASH}}]
"
    );
    let template = data.with_file_name(format!("{key}.yaml"));
    fs::write(&template, fs::read_to_string(TEMPLATE).unwrap() + &things).unwrap();
    let arguments = ["--template", template.to_str().unwrap(), "--only", "backends"];
    let mut program = Program::start(data, &[&arguments[..], options].concat());
    program.ready();
    Backends { program, data: data.to_owned(), _folder: None }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_of_another_template_is_refused_with_what_helps() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let backends = started(&data, "id", &[]);
    assert_eq!(ran(&backends, &["take", "ids"]).0, Some(0));
    drop(backends);

    let backends = started(&data, "name", &["--fresh"]);
    let told = "error: the snapshot ids belongs to a template whose table Things has another key; nothing was changed. \
        Restore it while `cargo local` runs that template (--template)\n";
    assert_eq!(ran(&backends, &["restore", "ids"]), (Some(1), told.to_owned()));
    assert_eq!(names(&backends), ["ids"]);
    drop(backends);

    // As it says.
    let backends = started(&data, "id", &["--fresh"]);
    let (code, text) = ran(&backends, &["restore", "ids"]);
    assert!(code == Some(0) && text.starts_with("ids is restored; what was there is before-restore-"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_snapshot_is_told_at_the_start_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (data, elsewhere) = (folder.path().join("data"), folder.path().join("elsewhere"));
    let backends = Backends::start_in(&data);
    for name in ["good", "bad"] {
        assert_eq!(ran(&backends, &["take", name]).0, Some(0));
    }
    drop(backends);
    let snapshots = data.join("snapshots");
    fs::rename(snapshots.join("bad"), &elsewhere).unwrap();
    symlink(&elsewhere, snapshots.join("link")).unwrap();
    assert!(Command::new("mkfifo").arg(snapshots.join("pipe")).status().unwrap().success());

    let mut program = Program::start(&data, &["--template", TEMPLATE, "--only", "backends"]);
    let before = program.ready();
    for (name, why) in
        [("link", "it is a symbolic link, which is not followed"), ("pipe", "it is neither a file nor a folder")]
    {
        let warning = format!("warning: {}: {why}; it is left alone", snapshots.join(name).display());
        assert!(before.contains(&warning), "{warning}: {before:?}");
    }
    let backends = Backends { program, data, _folder: None };
    assert_eq!(names(&backends), ["good"]);
    for name in ["link", "pipe"] {
        let told = format!("error: there is no snapshot {name}; there is good\n");
        assert_eq!(ran(&backends, &["restore", name]), (Some(1), told));
        assert!(fs::symlink_metadata(snapshots.join(name)).is_ok());
    }
    assert_eq!(ran(&backends, &["restore", "good"]).0, Some(0));
}
