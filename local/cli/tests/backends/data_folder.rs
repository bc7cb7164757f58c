//! Who may use what a stack keeps on disk.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use crate::program::{SIGNATURE, run};
use crate::{Backends, TEMPLATE};

/// Path and mode of everything in a folder, itself included.
fn modes(path: &Path, found: &mut Vec<(String, u32)>) {
    let metadata = fs::symlink_metadata(path).unwrap();
    found.push((path.display().to_string(), metadata.permissions().mode() & 0o7777));
    if metadata.is_dir() {
        fs::read_dir(path).unwrap().for_each(|entry| modes(&entry.unwrap().path(), found));
    }
}

fn assert_private(folder: &Path) {
    let mut found = Vec::new();
    modes(folder, &mut found);
    let databases = found.iter().filter(|(path, _)| path.ends_with(".sqlite")).count();
    assert!(databases == 3 && found.iter().any(|(path, _)| path.ends_with("-wal")), "{found:?}");
    for (path, mode) in found {
        assert_eq!(mode, if Path::new(&path).is_dir() { 0o700 } else { 0o600 }, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_is_its_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let backends = Backends::start_in(&data);
    backends.program.send_message("Pictures", "hello").await;
    let secret = r#"{"SecretId":"SigningKey"}"#;
    backends.program.send("/", &[SIGNATURE, ("x-amz-target", "secretsmanager.DescribeSecret")], secret).await;
    assert_private(&data);
    drop(backends);

    // As earlier versions left it.
    let mut found = Vec::new();
    modes(&data, &mut found);
    for (path, mode) in &found {
        fs::set_permissions(path, Permissions::from_mode(mode | (mode & 0o600) >> 3 | (mode & 0o700) >> 6)).unwrap();
    }
    let backends = Backends::start_in(&data);
    assert_private(&data);
    drop(backends);
}

#[test]
fn a_link_in_it_is_told_and_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let (data, elsewhere) = (folder.path().join("data"), folder.path().join("elsewhere"));
    fs::create_dir(&elsewhere).unwrap();
    drop(Backends::start_in(&data));
    let start = |data: &Path, options: &[&str]| {
        let data = data.to_str().unwrap();
        run(&[&["--template", TEMPLATE, "--only", "backends", "--port", "0", "--data-dir", data], options].concat())
    };
    for name in ["lock", "used", "sqs", "dynamodb/dynamodb.sqlite", "secretsmanager/secrets.json", "logs"] {
        let (entry, aside) = (data.join(name), folder.path().join("aside"));
        let existed = fs::rename(&entry, &aside).is_ok();
        symlink(&elsewhere, &entry).unwrap();
        let (code, output) = start(&data, &[]);
        let told = format!("error: {}: it is a symbolic link, which is not followed\n", entry.display());
        assert_eq!((code, output), (Some(1), told));
        fs::remove_file(&entry).unwrap();
        if existed {
            fs::rename(&aside, &entry).unwrap();
        }
    }
    assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);

    let link = folder.path().join("link");
    symlink(&data, &link).unwrap();
    let told = format!("error: {}: it is a symbolic link, which is not followed\n", link.display());
    assert_eq!(start(&link, &["--fresh"]), (Some(1), told));
}
