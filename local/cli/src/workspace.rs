//! The cargo workspace that has the functions.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::Deserialize;
use tokio::process::Command;

use crate::error::Error;

/// A workspace, as `cargo metadata` describes it.
#[derive(Debug, Clone, Deserialize)]
pub struct Workspace {
    /// The folder of the workspace's `Cargo.toml`.
    #[serde(rename = "workspace_root")]
    pub root: PathBuf,
    /// The folder that cargo builds into.
    #[serde(rename = "target_directory")]
    pub target: PathBuf,
    packages: Vec<Package>,
}

#[derive(Debug, Clone, Deserialize)]
struct Package {
    manifest_path: PathBuf,
    targets: Vec<Target>,
    dependencies: Vec<Dependency>,
}

#[derive(Debug, Clone, Deserialize)]
struct Target {
    name: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Dependency {
    /// `dev`, `build`, or nothing for what is linked.
    kind: Option<String>,
    /// The folder of a dependency that is no registry's.
    path: Option<PathBuf>,
}

impl Workspace {
    /// The workspace around a folder; without one, around the current folder.
    ///
    /// # Errors
    /// There is none, or cargo can't read it.
    pub async fn of(folder: Option<PathBuf>) -> Result<Self, Error> {
        let mut command = cargo();
        command.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]);
        if let Some(folder) = folder {
            command.current_dir(folder);
        }
        let output = command.output().await.map_err(Error::Cargo)?;
        if !output.status.success() {
            return Err(Error::Workspace(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
        }
        serde_json::from_slice(&output.stdout).map_err(|error| Error::Workspace(error.to_string()))
    }

    /// The profile of what is optimized and stays on this machine: `optimized`, if the workspace's manifest has that, so that a
    /// release's may take its time.
    ///
    /// # Errors
    /// The manifest can't be read.
    pub fn optimized_profile(&self) -> Result<&'static str, Error> {
        let file = self.root.join("Cargo.toml");
        let manifest =
            std::fs::read_to_string(&file).map_err(|error| Error::Workspace(format!("{}: {error}", file.display())))?;
        let has_own = manifest.lines().any(|line| line.trim_start().starts_with("[profile.optimized]"));
        Ok(if has_own { "optimized" } else { "release" })
    }

    /// Whether a package has a target of this name.
    pub fn has_target(&self, name: &str) -> bool {
        self.packages.iter().flat_map(|package| &package.targets).any(|target| target.name == name)
    }

    /// The folders of the packages that these binaries are built from.
    pub fn source_folders(&self, binaries: &BTreeSet<String>) -> BTreeSet<PathBuf> {
        let has_binary = |package: &&Package| package.targets.iter().any(|target| binaries.contains(&target.name));
        let mut folders = BTreeSet::new();
        let mut pending: Vec<&Package> = self.packages.iter().filter(has_binary).collect();
        while let Some(package) = pending.pop() {
            let Some(folder) = package.manifest_path.parent() else { continue };
            if !folders.insert(folder.to_owned()) {
                continue;
            }
            let built = package.dependencies.iter().filter(|dependency| dependency.kind.as_deref() != Some("dev"));
            let paths: Vec<PathBuf> = built.filter_map(|dependency| dependency.path.clone()).collect();
            pending.extend(self.packages.iter().filter(|other| {
                other.manifest_path.parent().is_some_and(|folder| paths.iter().any(|path| path == folder))
            }));
        }
        folders
    }
}

/// A cargo with the environment its user gave it. What `cargo run` adds for the program it runs would make build
/// scripts that look at it run again, and with them half the build.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let Some(text) = name.to_str() else { continue };
        let added = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"];
        if added.iter().any(|prefix| text.starts_with(prefix)) || text == "OUT_DIR" {
            command.env_remove(name);
        }
    }
    command
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_binary_is_one_of_the_workspaces_and_built_from_its_package_and_that_ones_dependencies() {
        let package = |name: &str, dependencies: serde_json::Value| {
            json!({
                "manifest_path": format!("/w/{name}/Cargo.toml"),
                "targets": [{"name": name}],
                "dependencies": dependencies,
            })
        };
        let on = |name: &str, kind: Option<&str>| json!({"kind": kind, "path": format!("/w/{name}")});
        let workspace: Workspace = serde_json::from_value(json!({
            "workspace_root": "/w",
            "target_directory": "/w/target",
            "packages": [
                package("api", json!([on("model", None), on("testing", Some("dev")), {"kind": null, "path": null}])),
                package("model", json!([on("text", Some("build"))])),
                package("text", json!([])),
                package("testing", json!([])),
                package("other", json!([])),
            ],
        }))
        .unwrap();
        assert!(workspace.has_target("api") && !workspace.has_target("apis"));
        let folders = workspace.source_folders(&BTreeSet::from(["api".to_owned()]));
        let expected = ["/w/api", "/w/model", "/w/text"].map(PathBuf::from);
        assert_eq!(folders, BTreeSet::from(expected));
    }

    #[test]
    fn what_stays_here_has_a_profile_of_its_own_where_the_manifest_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace { root: folder.path().to_owned(), target: PathBuf::new(), packages: Vec::new() };
        assert!(workspace.optimized_profile().is_err());
        for (manifest, profile) in [
            ("[workspace]\n\n[profile.release]\nlto = true\n", "release"),
            ("[workspace]\n# [profile.optimized]\n", "release"),
            ("[workspace]\n\n[profile.optimized] # quick\ninherits = \"release\"\n", "optimized"),
        ] {
            std::fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
            assert_eq!(workspace.optimized_profile().unwrap(), profile, "{manifest}");
        }
    }
}
