//! `rust-toolchain.toml` names the Rust version; whatever else mentions one has to agree.

use std::fs;
use std::path::Path;

use crate::workspace;

fn read(path: impl AsRef<Path>) -> String {
    let path = workspace().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The value of a line `key = "value"`.
fn value<'a>(toml: &'a str, key: &str) -> &'a str {
    let value = toml.lines().find_map(|line| line.strip_prefix(key)?.trim_start().strip_prefix('='));
    value.unwrap_or_else(|| panic!("no {key} in {toml}")).trim().trim_matches('"')
}

#[test]
fn every_mention_of_the_rust_version_is_the_toolchains() {
    let channel = read("rust-toolchain.toml");
    let channel = value(&channel, "channel");
    let (minor, _patch) = channel.rsplit_once('.').expect("a full version, such as 1.95.0");
    for (file, wanted) in [
        ("Cargo.toml", format!("rust-version = \"{minor}\"")),
        (".devcontainer/devcontainer.json", format!("\"image\": \"rust:{minor}-")),
        ("README.md", format!("Rust {minor}")),
    ] {
        assert!(read(file).contains(&wanted), "{file} does not say {wanted:?}, which follows from rust-toolchain.toml");
    }
}

#[test]
fn workflows_install_the_toolchain_of_the_file_and_name_none() {
    let mut installed = 0;
    for entry in fs::read_dir(workspace().join(".github/workflows")).unwrap() {
        let path = entry.unwrap().path();
        for line in read(&path).lines().filter(|line| line.contains("rustup toolchain install")) {
            let named = line.split("rustup toolchain install").nth(1).unwrap_or_default().trim();
            assert_eq!(named, "", "{}: write `rustup toolchain install` and nothing after it", path.display());
            installed += 1;
        }
    }
    assert!(installed > 0, "no workflow installs the toolchain");
}
